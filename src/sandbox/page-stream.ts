import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Change, Core } from './core.ts';
import { sendJson } from './http.ts';
import { LIMITS } from './model.ts';

const BEAT_MS = 20_000;
/** A reader so slow that this much waits for it is cut off; it reconnects and reads the state anew. */
const BUFFERED_MAX = 8_000_000;

const frame = (change: Change): string =>
  `id: ${change.rev}\nevent: change\ndata: ${JSON.stringify({ rev: change.rev, kind: change.kind, data: change.data })}\n\n`;

/** Server-sent events: every change that one person may see. */
export type PageStreams = {
  serve(req: IncomingMessage, res: ServerResponse, user: string): void;
  close(): void;
};

export const createPageStreams = (core: Core): PageStreams => {
  const open = new Set<() => void>();
  return {
    serve: (req, res, user) => {
      if (open.size >= LIMITS.streams) return sendJson(res, 503, { ok: false, error: 'too_many_streams' });
      res.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      res.write(`event: hello\ndata: ${JSON.stringify({ rev: core.rev() })}\n\n`);
      let beat: unknown;
      const end = (): void => {
        off();
        core.timers.clear(beat);
        open.delete(end);
        res.end();
        // An open stream must not keep a closing server waiting.
        res.destroy();
      };
      const tick = (): void => {
        res.write(': beat\n\n');
        beat = core.timers.set(tick, BEAT_MS);
      };
      const off = core.onChange((change) => {
        if (change.to !== null && !change.to.includes(user)) return;
        res.write(frame(change));
        if (res.writableLength > BUFFERED_MAX) end();
      });
      beat = core.timers.set(tick, BEAT_MS);
      open.add(end);
      req.on('close', end);
    },
    close: () => {
      for (const end of [...open]) end();
    },
  };
};
