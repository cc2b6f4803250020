/**
 * `/api/v1/gate`: the gate for pipelines, by GET with a query or POST with JSON. 200: go on; 403: stop; 401, 429, 400
 * and 503 stop as well, each with a sentence for the pipeline's log. JSON, or lines of 80 columns for who accepts
 * text/plain. Closed by default: whatever goes wrong is no yes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { GateDesk, GateReply } from '#src/delivery/gate/desk.ts';
import { gateLines } from '#src/delivery/gate/lines.ts';
import type { GateSettings } from '#src/systems/gate-settings.ts';
import type { RateLimit } from '#src/systems/rate-limit.ts';
import { type Handler, pathOf, sendJson, sendText } from './server.ts';

const BODY_BYTES_MAX = 8_192;

/** A question as it comes in; the same bounds as in a request. */
export const gateQuestionSchema = z.strictObject({
  system: z.string().trim().min(1).max(80),
  version: z.string().trim().min(1).max(60),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits in small letters'),
  environment: z.string().trim().min(1).max(40),
});

export type GateApiDeps = {
  readonly desk: Pick<GateDesk, 'ask'>;
  /** Whose bearer token this is; null for nobody's. */
  readonly tokenOf: (bearer: string) => Promise<{ readonly id: string; readonly name: string } | null>;
  readonly settings: () => GateSettings;
  readonly limit: RateLimit;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
};

type Refusal = { readonly status: 400 | 401 | 405 | 413 | 429 | 503; readonly code: string; readonly words: string };

/** Makes the handler. */
export function createGateApi(deps: GateApiDeps): Handler {
  return async (req, res) => {
    if (pathOf(req) !== '/api/v1/gate') return false;
    try {
      const reply = await answer(deps, req);
      if ('status' in reply) refuse(req, res, reply);
      else send(req, res, reply.pass ? 200 : 403, gateJson(reply), gateLines(reply));
    } catch (error) {
      deps.onError(error);
      refuse(req, res, {
        status: 503,
        code: 'unavailable',
        words: 'The gate cannot look this up now, so the answer is no. Nothing was recorded; try again in a moment.',
      });
    }
    return true;
  };
}

async function answer(deps: GateApiDeps, req: IncomingMessage): Promise<GateReply | Refusal> {
  if (req.method !== 'GET' && req.method !== 'POST')
    return { status: 405, code: 'method', words: 'Ask with GET and a query, or POST and JSON.' };
  const { limits } = deps.settings();
  const bearer = /^Bearer (\S{1,200})$/i.exec(req.headers.authorization ?? '')?.[1] ?? null;
  const token = bearer === null ? null : await deps.tokenOf(bearer);
  if (token === null) {
    const address = `address ${req.socket.remoteAddress ?? ''}`;
    if (!deps.limit.take(address, limits.unknownPerAddressAndMinute, deps.now())) return tooMany();
    return {
      status: 401,
      code: 'token',
      words: 'This needs a valid token: "Authorization: Bearer csg_...". Ask an administrator for one.',
    };
  }
  if (!deps.limit.take(`token ${token.id}`, limits.perTokenAndMinute, deps.now())) return tooMany();
  const question = await questionOf(req);
  if ('status' in question) return question;
  const newQuestion = () => deps.limit.take(`new ${token.id}`, limits.newPerTokenAndMinute, deps.now());
  return (await deps.desk.ask(question, { token: token.id }, newQuestion)) ?? tooMany();
}

async function questionOf(req: IncomingMessage): Promise<z.infer<typeof gateQuestionSchema> | Refusal> {
  const raw = req.method === 'GET' ? queryOf(req) : await bodyOf(req);
  if (raw === 'too_large') return { status: 413, code: 'too_large', words: `At most ${BODY_BYTES_MAX} bytes.` };
  const parsed = gateQuestionSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return {
    status: 400,
    code: 'question',
    words: `The question needs system, version, digest and environment. ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  };
}

function queryOf(req: IncomingMessage): unknown {
  const params = new URL(req.url ?? '/', 'http://localhost').searchParams;
  // A parameter given twice is two questions: which one was meant must not depend on the reader.
  const names = [...params.keys()];
  return new Set(names).size === names.length ? Object.fromEntries(params) : null;
}

async function bodyOf(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) return 'too_large';
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}

/** The answer as pipelines read it; a stable shape, the same on the command line. */
export function gateJson(reply: GateReply): object {
  const { query, allowed, mode, pass, request, until, reasons, answeredAt, repeat, entry } = reply;
  return {
    allowed,
    pass,
    mode,
    ...query,
    request: request?.shortId ?? null,
    until: until?.toISOString() ?? null,
    reasons,
    answeredAt: answeredAt.toISOString(),
    repeat,
    entry,
  };
}

function tooMany(): Refusal {
  return { status: 429, code: 'too_many', words: 'Too many questions in this minute, so the answer is no. Ask later.' };
}

function refuse(req: IncomingMessage, res: ServerResponse, { status, code, words }: Refusal): void {
  if (status === 401) res.setHeader('www-authenticate', 'Bearer');
  if (status === 429) res.setHeader('retry-after', '30');
  send(req, res, status, { allowed: false, pass: false, reasons: [{ code, words }] }, [`NO: ${words}`]);
}

function send(req: IncomingMessage, res: ServerResponse, status: number, json: object, lines: readonly string[]): void {
  const wantsText = /^text\/plain\b/i.test(req.headers.accept ?? '');
  if (wantsText) sendText(res, status, `${lines.join('\n')}\n`);
  else sendJson(res, status, json);
}
