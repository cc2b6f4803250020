/** Files of the workspace: bytes beside the journal, records in it. They are stored and handed back, never run. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from './core.ts';
import { readBody, sendJson } from './http.ts';
import { LIMITS, type SandboxFile, type SandboxUser, TEAM } from './model.ts';

const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  html: 'text/html',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  yaml: 'text/yaml',
  zip: 'application/zip',
};

/** Where a file is found by whom, as Slack names these addresses. */
const addressesOf = (file: Pick<SandboxFile, 'id' | 'name'>, base: string) => {
  const path = `${base}/sandbox/files-pri/${TEAM.id}-${file.id}`;
  const name = encodeURIComponent(file.name);
  return {
    url_private: `${path}/${name}`,
    url_private_download: `${path}/download/${name}`,
    permalink: `${base}/sandbox/file/${file.id}`,
  };
};

/** A file as the Web API and payloads show it. */
export const fileShape = (file: SandboxFile, base: string): Record<string, unknown> => ({
  ...file,
  timestamp: file.created,
  title: file.name,
  pretty_type: file.filetype.toUpperCase(),
  mode: 'hosted',
  is_external: false,
  is_public: false,
  user_team: TEAM.id,
  ...addressesOf(file, base),
});

const sayNo = (res: ServerResponse, status: number, message: string): void =>
  sendJson(res, status, { ok: false, error: 'invalid', message });

/** Takes a file that a person uploads in the page: the body is the file, the address says whose and its name. */
export const serveUpload = async (
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  core: Core,
  baseUrl: string,
): Promise<void> => {
  const user: SandboxUser | undefined = core.workspace.users.get(url.searchParams.get('as') ?? '');
  const name = (url.searchParams.get('name') ?? '').replace(/[\\/\p{Cc}]/gu, '').slice(0, 200);
  if (req.method !== 'POST' || !user || user.is_bot || name === '') return sayNo(res, 400, 'as, name: not understood');
  // A content type that no plain form of another site can send.
  if (req.headers['content-type'] !== 'application/octet-stream') return sayNo(res, 415, 'Only bytes are taken.');
  if (core.workspace.files.size >= LIMITS.files) return sayNo(res, 400, 'The sandbox holds no more files.');
  const read = await readBody(req, LIMITS.fileBytes);
  if (!read.ok) return sayNo(res, 413, 'The file is too large for the sandbox.');
  const filetype = /\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase() ?? 'binary';
  const id = `F0${core.randomId(4)}`;
  const file: SandboxFile = {
    id,
    name,
    filetype,
    mimetype: TYPES[filetype] ?? 'application/octet-stream',
    size: read.body.length,
    user: user.id,
    created: Math.floor(core.now().getTime() / 1000),
    ...addressesOf({ id, name }, baseUrl),
  };
  await core.files.write(file.id, read.body);
  await core.commit([{ op: 'file', file }]);
  sendJson(res, 200, { ok: true, file: fileShape(file, baseUrl) });
};

const SIGN_IN = '<!DOCTYPE html><html lang="en"><title>Slack</title><p>Sign in to see this file.</p></html>';

const mayRead = (req: IncomingMessage, botToken: string): boolean => {
  const given = Buffer.from(/^Bearer\s+(.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '');
  const expected = Buffer.from(botToken);
  return given.length === expected.length && timingSafeEqual(given, expected);
};

const sendFile = (res: ServerResponse, file: SandboxFile, bytes: Uint8Array): void => {
  res.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': bytes.byteLength,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  res.end(bytes);
};

/**
 * Serves `url_private` to the app: without its token Slack answers with a sign-in page and HTTP 200, so this does too.
 * `file/<id>` is the page's own link. A file is always a download.
 */
export const serveFile = async (
  req: IncomingMessage,
  res: ServerResponse,
  where: { readonly id: string; readonly asApp: boolean },
  core: Core,
  botToken: string,
): Promise<void> => {
  if (where.asApp && !mayRead(req, botToken)) {
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' });
    res.end(SIGN_IN);
    return;
  }
  const file = core.workspace.files.get(where.id);
  const bytes = file === undefined ? null : await core.files.read(file.id);
  if (file === undefined || bytes === null) return sendJson(res, 404, { ok: false, error: 'file_not_found' });
  sendFile(res, file, bytes);
};
