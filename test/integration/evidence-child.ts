/**
 * A server under load in a process of its own, to be killed: says on stdout what it acknowledged and what it signed.
 * It waits for a line on stdin before it starts, so that its code is loaded while others are being killed.
 */
import { once } from 'node:events';
import { readConfig } from '#src/config.ts';
import { onStream } from '#src/delivery/streams/stream.ts';
import { newId } from '#src/wire/ids.ts';
import { startServer } from '#src/wire/server.ts';

const WORKERS = 12;
await once(process.stdin, 'data');
const server = await startServer(readConfig(process.env, process.cwd()), { write: () => undefined });
const { core, work } = server;
const { ledger, evidence } = core.stores;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`vkey ${core.workspace.vkey}`);

async function load(worker: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = newId(new Date());
    const commandId = `load:${worker}:${id}`;
    const data = { scope: { kind: 'system', id: `s-${worker}` }, reason: 'Load.' };
    const index = await onStream<number>(
      { ledger, recorder: core.recorder, now: core.now, newId, committed: () => work.publisher.wake() },
      { stream: `hold:${id}`, actor: 'service', commandId, commandKind: 'load' },
      () => ({
        kind: 'commit',
        drafts: [{ type: 'hold.placed', data, hide: ['reason'] }],
        records: [],
        result: (at) => at,
      }),
      async () => -1,
    );
    // The full stop tells a whole line from one that the kill cut off.
    say(`ack ${commandId} ${index} .`);
    if (n % 5 === 0) {
      const checkpoint = await evidence.latestCheckpoint();
      if (checkpoint !== null) say(`checkpoint ${Buffer.from(checkpoint.note).toString('base64')} .`);
    }
  }
}

// What the first start builds for all later ones is there before any is killed.
if (process.env['TEST_FIRST'] === '1') await server.engine.vectors();
await Promise.all(Array.from({ length: WORKERS }, (_, worker) => load(worker)));
