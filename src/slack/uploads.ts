/**
 * Fetches uploaded files from Slack. The bot token goes to Slack's own host of files and nowhere else, whatever address
 * Slack's answer names; the bytes are counted while they come.
 */
import type { WebClient } from '@slack/web-api';
import type { FetchedUpload, Uploads } from '#src/delivery/inbox/uploads.ts';
import { call, SlackRefusedError } from './poster.ts';

const TIMEOUT_MS = 20_000;
const FILES_HOST = 'files.slack.com';

export type UploadsDeps = {
  readonly client: WebClient;
  readonly botToken: string;
  /** Address of the Web API where it is not Slack's own: its host then hands out files too. */
  readonly apiUrl: string | null;
  readonly bytesMax: number;
};

/** Makes the port. */
export function createUploads(deps: UploadsDeps): Uploads {
  return { fetch: (id) => fetchUpload(deps, id) };
}

async function fetchUpload(deps: UploadsDeps, id: string): Promise<FetchedUpload> {
  const info = await call('files.info', () => deps.client.files.info({ file: id })).catch((error: unknown) => {
    if (error instanceof SlackRefusedError) return error.slackError;
    throw error;
  });
  if (typeof info === 'string') return { ok: false, why: info === 'missing_scope' ? 'not_permitted' : 'gone' };
  const { file } = info;
  const url = URL.parse(file?.url_private_download ?? file?.url_private ?? '');
  if (file?.user === undefined || url === null || !mayHaveToken(url, deps.apiUrl)) return { ok: false, why: 'gone' };
  if ((file.size ?? 0) > deps.bytesMax) return { ok: false, why: 'too_large' };
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${deps.botToken}` },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 429 || response.status >= 500) throw new Error(`the file ${id}: HTTP ${response.status}`);
  // Without the scope Slack answers 200 with a page to sign in.
  const page = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  if (!response.ok || (page && file.mimetype !== 'text/html')) {
    await response.body?.cancel();
    return { ok: false, why: response.status === 404 ? 'gone' : 'not_permitted' };
  }
  const bytes = await bounded(response, deps.bytesMax);
  if (bytes === null) return { ok: false, why: 'too_large' };
  const { name = 'file', user } = file;
  return { ok: true, bytes, name, user, address: addressOf(file.permalink ?? url.href) };
}

function mayHaveToken(url: URL, apiUrl: string | null): boolean {
  if (apiUrl !== null && url.origin === URL.parse(apiUrl)?.origin) return true;
  return url.protocol === 'https:' && url.host === FILES_HOST;
}

/** A permalink ends in the file's name, which may be long; it leads to the same place without it. */
function addressOf(permalink: string): string {
  return permalink.length <= 300 ? permalink : permalink.slice(0, 300).replace(/\/[^/]*$/, '');
}

/** The body, or null when it is longer than it may be. */
async function bounded(response: Response, bytesMax: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    // Leaving the loop cancels what is still to come.
    if (size > bytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
