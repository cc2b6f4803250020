-- CreateTable
CREATE TABLE "record" (
    "kind" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "parent" TEXT,
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "record_pkey" PRIMARY KEY ("kind","id")
);

-- CreateTable
CREATE TABLE "gate_count" (
    "question" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gate_count_pkey" PRIMARY KEY ("question")
);

-- CreateIndex
CREATE INDEX "record_kind_status_idx" ON "record"("kind", "status");

-- CreateIndex
CREATE INDEX "record_kind_parent_idx" ON "record"("kind", "parent");
