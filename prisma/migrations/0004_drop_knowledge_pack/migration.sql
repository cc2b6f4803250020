-- DropTable
DROP TABLE "knowledge_pack";
