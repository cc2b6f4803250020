/** The program's own log, one JSON line an entry on stderr. Tokens, secrets and what people wrote are never in it. */
import { type Logger, pino } from 'pino';
import type { Config } from '#src/config.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Makes the log; at `info` a person who runs `npm start` sees only what went wrong. */
export function createLog(level: Config['logLevel']): Log {
  return pino(
    {
      level: level === 'info' ? 'warn' : level,
      base: null,
      redact: { paths: ['token', 'authorization', 'password', '*.token', '*.password'], censor: '[removed]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
