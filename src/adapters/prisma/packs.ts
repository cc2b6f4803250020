import type { PackStore } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';
import { plainBytes } from './values.ts';

/** Any number no other code uses for an advisory lock: one change of what is in force at a time. */
const PACK_LOCK = 7_104_003;

/** Accepted packs on PostgreSQL; their bytes stand among the objects. */
export function createPackStore({ prisma }: Pick<Database, 'prisma'>): PackStore {
  return {
    accept: ({ document, version, hash, acceptedAt, acceptedBy, sha256, mediaType, bytes }) =>
      prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PACK_LOCK}::bigint)`;
        const known = await tx.knowledgePack.findUnique({ where: { document_version: { document, version } } });
        if (known && known.hash !== hash) return { ok: false, reason: 'version_taken' } as const;
        await tx.storedObject.createMany({
          data: [{ sha256, mediaType, bytes: new Uint8Array(bytes) }],
          skipDuplicates: true,
        });
        await tx.knowledgePack.updateMany({ where: { document }, data: { inForce: false } });
        await tx.knowledgePack.upsert({
          where: { document_version: { document, version } },
          create: { document, version, hash, acceptedAt, acceptedBy, object: sha256, inForce: true },
          update: { inForce: true },
        });
        return { ok: true } as const;
      }),
    rollback: (document, version) =>
      prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PACK_LOCK}::bigint)`;
        const known = await tx.knowledgePack.findUnique({ where: { document_version: { document, version } } });
        if (!known) return { ok: false, reason: 'unknown_version' } as const;
        await tx.knowledgePack.updateMany({ where: { document }, data: { inForce: false } });
        await tx.knowledgePack.update({
          where: { document_version: { document, version } },
          data: { inForce: true },
        });
        return { ok: true } as const;
      }),
    async list() {
      const rows = await prisma.knowledgePack.findMany({ orderBy: [{ document: 'asc' }, { acceptedAt: 'asc' }] });
      return rows.map(({ object: _, ...pack }) => pack);
    },
    async readPack(document, version) {
      const pack = await prisma.knowledgePack.findUnique({ where: { document_version: { document, version } } });
      const object = pack && (await prisma.storedObject.findUnique({ where: { sha256: pack.object } }));
      return object ? { mediaType: object.mediaType, bytes: plainBytes(object.bytes) } : null;
    },
  };
}
