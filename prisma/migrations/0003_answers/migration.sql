-- CreateTable
CREATE TABLE "conversation_turn" (
    "id" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "thread" TEXT NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "person" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "answer" JSONB NOT NULL,

    CONSTRAINT "conversation_turn_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_usage" (
    "day" DATE NOT NULL,
    "person" TEXT NOT NULL,
    "tokens" BIGINT NOT NULL DEFAULT 0,
    "cost" BIGINT NOT NULL DEFAULT 0,
    "calls" INTEGER NOT NULL DEFAULT 0,
    "over_budget" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "model_usage_pkey" PRIMARY KEY ("day","person")
);

-- CreateIndex
CREATE INDEX "conversation_turn_channel_thread_position_idx" ON "conversation_turn"("channel", "thread", "position");

-- CreateIndex
CREATE INDEX "conversation_turn_at_idx" ON "conversation_turn"("at");

-- CreateIndex
CREATE INDEX "conversation_turn_person_idx" ON "conversation_turn"("person");
