import { defineConfig } from 'prisma/config';

// Only `prisma generate` and `prisma validate` read this; migrations are applied by src/adapters/prisma/migrate.ts.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
