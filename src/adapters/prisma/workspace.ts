import type { WorkspaceStore } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';

/** The workspace stamp on PostgreSQL. */
export function createWorkspaceStore({ prisma }: Pick<Database, 'prisma'>): WorkspaceStore {
  const read: WorkspaceStore['read'] = async () => {
    const row = await prisma.workspace.findUnique({ where: { id: 1 } });
    return row && { workspaceId: row.workspaceId, logOrigin: row.logOrigin, createdAt: row.createdAt };
  };
  return {
    read,
    async createOnce(stamp, keys) {
      const created = await prisma.$transaction(async (tx) => {
        // The row's primary key makes the second of two first starts wait for the first one's end.
        const { count } = await tx.workspace.createMany({ data: [{ id: 1, ...stamp }], skipDuplicates: true });
        if (count === 0) return false;
        await tx.signingKey.createMany({
          data: keys.map((key) => ({ ...key, publicKey: new Uint8Array(key.publicKey) })),
        });
        return true;
      });
      return { created, stamp: (await read()) ?? stamp };
    },
  };
}
