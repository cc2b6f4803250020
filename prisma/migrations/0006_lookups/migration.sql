-- CreateIndex
CREATE INDEX "request_requester_idx" ON "request"("requester");

-- CreateIndex
CREATE INDEX "message_place_channel_ts_idx" ON "message_place"("channel", "ts");
