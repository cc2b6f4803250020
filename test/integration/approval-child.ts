/** A server as a process of its own, to be killed: prints its address when it listens. For approval-crash.test.ts. */
import { readConfig } from '#src/config.ts';
import { startServer } from '#src/wire/server.ts';

const server = await startServer(readConfig(process.env, process.cwd()), {
  write: () => undefined,
  sandboxSecret: process.env['TEST_SECRET'] ?? '',
});
process.stdout.write(`address ${server.address}\n`);
