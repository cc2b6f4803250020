-- CreateTable
CREATE TABLE "workspace" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "workspace_id" TEXT NOT NULL,
    "log_origin" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "purpose" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("purpose","key_id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "schema_version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "command_id" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "data" JSONB NOT NULL,
    "log_index" BIGINT NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entry" (
    "log_index" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "leaf" BYTEA NOT NULL,
    "leaf_hash" BYTEA NOT NULL,

    CONSTRAINT "entry_pkey" PRIMARY KEY ("log_index")
);

-- CreateTable
CREATE TABLE "log_head" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "next_index" BIGINT NOT NULL,
    "last_at" TIMESTAMPTZ(3),

    CONSTRAINT "log_head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tree_head" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,

    CONSTRAINT "tree_head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tile" (
    "level" SMALLINT NOT NULL,
    "number" BIGINT NOT NULL,
    "hashes" BYTEA NOT NULL,

    CONSTRAINT "tile_pkey" PRIMARY KEY ("level","number")
);

-- CreateTable
CREATE TABLE "checkpoint" (
    "size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("size")
);

-- CreateTable
CREATE TABLE "disclosure" (
    "hash" TEXT NOT NULL,
    "salt" TEXT NOT NULL,
    "value" TEXT,
    "person" TEXT,

    CONSTRAINT "disclosure_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "object" (
    "sha256" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "object_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "request" (
    "id" TEXT NOT NULL,
    "short_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "system_id" TEXT,
    "requester" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "decide_by" TIMESTAMPTZ(3),
    "state" JSONB NOT NULL,

    CONSTRAINT "request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assignment" (
    "id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "person" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3),
    "until_at" TIMESTAMPTZ(3),
    "deputy_of" TEXT,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "assignment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" TEXT NOT NULL,
    "slack_user_id" TEXT,
    "name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "counter" (
    "name" TEXT NOT NULL,
    "value" INTEGER NOT NULL,

    CONSTRAINT "counter_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "inbox" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "error" TEXT,
    "done_at" TIMESTAMPTZ(3),
    "dead" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "key" TEXT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "intent" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "not_before" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "client_msg_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "error" TEXT,
    "done_at" TIMESTAMPTZ(3),
    "dead" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "message_place" (
    "key" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "ts" TEXT NOT NULL,

    CONSTRAINT "message_place_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "timer" (
    "id" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "data" JSONB,
    "lease_until" TIMESTAMPTZ(3),
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "timer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "knowledge_gap" (
    "wording" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "nearest" TEXT[],
    "times" INTEGER NOT NULL DEFAULT 1,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "knowledge_gap_pkey" PRIMARY KEY ("wording")
);

-- CreateTable
CREATE TABLE "knowledge_pack" (
    "document" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "in_force" BOOLEAN NOT NULL,
    "accepted_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_by" TEXT NOT NULL,
    "object" TEXT NOT NULL,

    CONSTRAINT "knowledge_pack_pkey" PRIMARY KEY ("document","version")
);

-- CreateTable
CREATE TABLE "refusal" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "person" TEXT NOT NULL,
    "request_id" TEXT,
    "action" TEXT NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "refusal_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "event_log_index_key" ON "event"("log_index");

-- CreateIndex
CREATE UNIQUE INDEX "event_command_key" ON "event"("command_id", "ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "event_stream_key" ON "event"("stream", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "entry_event_key" ON "entry"("event_id");

-- CreateIndex
CREATE INDEX "disclosure_person_idx" ON "disclosure"("person");

-- CreateIndex
CREATE UNIQUE INDEX "request_short_id_key" ON "request"("short_id");

-- CreateIndex
CREATE INDEX "request_status_idx" ON "request"("status");

-- CreateIndex
CREATE INDEX "request_system_id_idx" ON "request"("system_id");

-- CreateIndex
CREATE INDEX "assignment_role_idx" ON "assignment"("role");

-- CreateIndex
CREATE UNIQUE INDEX "person_slack_user_key" ON "person"("slack_user_id");

-- CreateIndex
CREATE INDEX "inbox_done_at_dead_position_idx" ON "inbox"("done_at", "dead", "position");

-- CreateIndex
CREATE INDEX "outbox_done_at_dead_position_idx" ON "outbox"("done_at", "dead", "position");

-- CreateIndex
CREATE INDEX "timer_done_at_due_at_idx" ON "timer"("done_at", "due_at");

-- CreateIndex
CREATE INDEX "timer_subject_kind_idx" ON "timer"("subject", "kind");

-- CreateIndex
CREATE INDEX "knowledge_pack_document_in_force_idx" ON "knowledge_pack"("document", "in_force");

-- CreateIndex
CREATE INDEX "refusal_person_at_idx" ON "refusal"("person", "at");

-- CreateIndex
CREATE INDEX "refusal_request_id_idx" ON "refusal"("request_id");

-- AddForeignKey
ALTER TABLE "entry" ADD CONSTRAINT "entry_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- By hand: the rows that there is exactly one of. The empty tree's root is SHA-256 of nothing (RFC 6962 2.1).
INSERT INTO "log_head" ("id", "next_index", "last_at") VALUES (1, 0, NULL);
INSERT INTO "tree_head" ("id", "size", "root")
VALUES (1, 0, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

ALTER TABLE "workspace" ADD CONSTRAINT "workspace_one_row" CHECK ("id" = 1);
ALTER TABLE "log_head" ADD CONSTRAINT "log_head_one_row" CHECK ("id" = 1);
ALTER TABLE "tree_head" ADD CONSTRAINT "tree_head_one_row" CHECK ("id" = 1);
ALTER TABLE "entry" ADD CONSTRAINT "entry_leaf_length" CHECK (octet_length("leaf") BETWEEN 1 AND 65535);
