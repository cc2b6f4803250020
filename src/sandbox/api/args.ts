/** Arguments of a Web API call: from a form every value is a string, from JSON it has its type. */
export type Args = Readonly<Record<string, unknown>>;

/** What a method answers: Slack's own shape. */
export type ApiAnswer = { readonly ok: true; readonly [key: string]: unknown } | ApiRefusal;
export type ApiRefusal = {
  readonly ok: false;
  /** Slack's error code. */
  readonly error: string;
  readonly response_metadata?: { readonly messages: readonly string[] };
};

/** A refusal with Slack's error code, and its messages where Slack gives some. */
export const refuse = (error: string, messages?: readonly string[]): ApiRefusal =>
  messages && messages.length > 0
    ? { ok: false, error, response_metadata: { messages: messages.slice(0, 20) } }
    : { ok: false, error };

/** A string argument; undefined when absent or empty. Numbers (a JSON body) become strings. */
export const str = (args: Args, name: string): string | undefined => {
  const value = args[name];
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : undefined;
};

/** A boolean argument: `true`, `"true"`, `1` and `"1"` are true. */
export const bool = (args: Args, name: string): boolean => {
  const value = args[name];
  return value === true || value === 'true' || value === 1 || value === '1';
};

/** An integer within bounds; the fallback when absent or not a number. */
const int = (args: Args, name: string, fallback: number, min: number, max: number): number => {
  const value = Number(args[name] ?? Number.NaN);
  return Number.isFinite(value) ? Math.min(max, Math.max(min, Math.trunc(value))) : fallback;
};

/** A structured argument, parsed when it came as a string. `bad` when the string is not JSON. */
export const structured = (
  args: Args,
  name: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: 'bad' } => {
  const value = args[name];
  if (value === undefined || value === null || value === '') return { ok: true, value: undefined };
  if (typeof value !== 'string') return { ok: true, value };
  try {
    return { ok: true, value: JSON.parse(value) as unknown };
  } catch {
    return { ok: false, reason: 'bad' };
  }
};

/** Parses a request body by its content type; null when it cannot be read. */
export const parseArgs = (contentType: string, body: string): Args | null => {
  if (contentType.startsWith('application/json')) {
    try {
      const value = JSON.parse(body === '' ? '{}' : body) as unknown;
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Args) : null;
    } catch {
      return null;
    }
  }
  return Object.fromEntries(new URLSearchParams(body));
};

/** Cuts a list into pages as Slack does: `cursor` is opaque, an empty `next_cursor` ends it. */
export const page = <T>(
  items: readonly T[],
  args: Args,
  fallbackLimit: number,
): { readonly items: readonly T[]; readonly nextCursor: string } => {
  const limit = int(args, 'limit', fallbackLimit, 1, 1000);
  const cursor = str(args, 'cursor');
  const start = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64url').toString()) || 0;
  const end = start + limit;
  const nextCursor = end < items.length ? Buffer.from(String(end)).toString('base64url') : '';
  return { items: items.slice(start, end), nextCursor };
};
