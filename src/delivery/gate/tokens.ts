/** Bearer tokens of pipelines: shown once, stored as a hash; making and revoking one is an entry in the log. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MadeRow } from '../streams/made.ts';
import { asRecord, type RecordRow, type RecordStore } from '../streams/ports.ts';
import { onStream, type StreamDeps, type StreamEvent } from '../streams/stream.ts';

const STREAM = 'gate-tokens';
const KIND = 'gate-token';
const SHAPE = /^csg_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
/** Name of a token, as evidence shows it: one word, for a pipeline. */
const TOKEN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;

export type TokenDeps = StreamDeps & {
  readonly records: RecordStore;
  readonly randomBytes: (length: number) => Uint8Array;
};

export type TokenResult<T> =
  | ({ readonly ok: true } & T)
  | { readonly ok: false; readonly reason: 'name_invalid' | 'name_taken' | 'unknown_token' };

/** Makes a token. `secret` is shown to the caller once and can never be read again. */
export async function createGateToken(
  deps: TokenDeps,
  name: string,
  actor: string,
): Promise<TokenResult<{ readonly id: string; readonly secret: string }>> {
  if (!TOKEN_NAME.test(name)) return { ok: false, reason: 'name_invalid' };
  const id = Buffer.from(deps.randomBytes(8)).toString('hex');
  const key = Buffer.from(deps.randomBytes(32)).toString('base64url');
  const taken = { ok: false as const, reason: 'name_taken' as const };
  return onStream<TokenResult<{ readonly id: string; readonly secret: string }>>(
    deps,
    { stream: STREAM, actor, commandId: `gate-token:${id}`, commandKind: 'gate.token' },
    async (events) => {
      const active = await deps.records.list({ kind: KIND, status: ['active'] });
      if (active.some((row) => nameOf(row) === name)) return { kind: 'settled', result: taken };
      const state = { name, hash: hashOf(key) };
      return {
        kind: 'commit',
        drafts: [{ type: 'gate.token_made', data: { token: id, ...state } }],
        records: [{ kind: KIND, id, parent: null, status: 'active', version: events.length + 1, state }],
        result: () => ({ ok: true, id, secret: `csg_${id}_${key}` }),
      };
    },
    async () => taken,
  );
}

/** Ends a token by its name; the next question with it is refused. */
export async function revokeGateToken(deps: TokenDeps, name: string, actor: string): Promise<TokenResult<object>> {
  return onStream<TokenResult<object>>(
    deps,
    { stream: STREAM, actor, commandId: `gate-token-end:${deps.newId(deps.now())}`, commandKind: 'gate.token' },
    async (events) => {
      const row = (await deps.records.list({ kind: KIND, status: ['active'] })).find((one) => nameOf(one) === name);
      if (row === undefined) return { kind: 'settled', result: { ok: false, reason: 'unknown_token' } };
      return {
        kind: 'commit',
        drafts: [{ type: 'gate.token_revoked', data: { token: row.id } }],
        records: [{ ...row, status: 'revoked', version: events.length + 1 }],
        result: () => ({ ok: true }),
      };
    },
    async () => ({ ok: true }),
  );
}

/** The rows that the stored stream of tokens comes to, each with the event that touched it last. */
export function tokenRows(events: readonly StreamEvent[]): readonly MadeRow[] {
  const rows = new Map<string, MadeRow & { readonly row: RecordRow }>();
  for (const by of events) {
    const { token, ...state } = by.data as { readonly token: string };
    const made = by.type === 'gate.token_made';
    const known = rows.get(token)?.row;
    const row = made ? { kind: KIND, id: token, parent: null, status: 'active', state } : known;
    if (row === undefined) continue;
    const status = made ? 'active' : 'revoked';
    rows.set(token, { row: asRecord({ ...row, status, version: by.seq }), by });
  }
  return [...rows.values()];
}

/** Whose token this is; null for none. Compares in constant time. */
export async function gateTokenOf(
  records: Pick<RecordStore, 'read'>,
  bearer: string,
): Promise<{ readonly id: string; readonly name: string } | null> {
  const match = SHAPE.exec(bearer);
  if (!match?.[1] || !match[2]) return null;
  const row = await records.read(KIND, match[1]);
  if (row === null || row.status !== 'active') return null;
  const stored = Buffer.from(hashFrom(row), 'hex');
  const given = Buffer.from(hashOf(match[2]), 'hex');
  if (stored.length !== given.length || !timingSafeEqual(stored, given)) return null;
  return { id: row.id, name: nameOf(row) };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}

function nameOf(row: RecordRow): string {
  return textOf(row, 'name');
}

function hashFrom(row: RecordRow): string {
  return textOf(row, 'hash');
}

function textOf({ state }: RecordRow, key: 'name' | 'hash'): string {
  const value = typeof state === 'object' && state !== null ? (state as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : '';
}
