/** `npm start`: starts the server, prints what it does, and ends in order on Ctrl-C and SIGTERM. */
import { readConfig } from './config.ts';
import { exitFor } from './wire/exit.ts';
import { type RunningServer, startServer } from './wire/server.ts';
import { SERVICE } from './wire/version.ts';

/** Within this time two signals are one. */
const TWICE_MS = 500;

/** Runs until a signal; resolves with the exit code. */
export async function main(env: Readonly<Record<string, string | undefined>> = process.env): Promise<number> {
  let server: RunningServer | null = null;
  return new Promise((resolve) => {
    const end = async (code: number, text: string | null): Promise<void> => {
      if (text !== null) process.stderr.write(`${text}\n`);
      await server?.stop();
      resolve(code);
    };
    let ending = false;
    let endingSince = 0;
    const onSignal = (): void => {
      // The second signal does not wait for the drain. One Ctrl-C can arrive twice, from the terminal and from a
      // wrapper that passes it on.
      if (ending && performance.now() - endingSince < TWICE_MS) return;
      if (ending) process.exit(130);
      endingSince = performance.now();
      ending = true;
      process.stdout.write('Stopping: finishing what was received, then the database.\n');
      void end(0, null);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    const onLost = (reason: string): void => {
      ending = true;
      void end(1, `The database ended by itself (${reason}). Nothing acknowledged is lost; start again.`);
    };
    process.stdout.write(`Countersign ${SERVICE.version}\n`);
    Promise.resolve()
      .then(() => startServer(readConfig(env, process.cwd()), { onLost }))
      .then((started) => {
        server = started;
        if (ending) void started.stop();
        else process.stdout.write(`\nOpen ${started.address}\nStop with Ctrl-C.\n`);
      })
      .catch((error: unknown) => {
        const { code, text } = exitFor(error);
        void end(code, text);
      });
  });
}

if (import.meta.main) process.exitCode = await main();
