/**
 * The log as static resources under `/evidence/log/`: `checkpoint`, `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`
 * (C2SP tlog-tiles), so that any tlog client can read it and compute the root for itself.
 */

import type { EvidenceStore } from '#src/evidence/ports.ts';
import { type LogResource, logResource } from '#src/evidence/serve.ts';
import type { Access } from './evidence-access.ts';
import { type Handler, isReading, pathOf, sendText } from './server.ts';

/** The prefix that a client is given. */
const LOG_PREFIX = '/evidence/log/';

export type TilesDeps = {
  readonly store: EvidenceStore;
  readonly access: Access;
};

/** Serves GET and HEAD below the prefix; everything else there is refused. */
export function createTiles(deps: TilesDeps): Handler {
  return async (req, res) => {
    const path = pathOf(req);
    if (!path.startsWith(LOG_PREFIX)) return false;
    const verdict = await deps.access(req);
    if (!verdict.ok) {
      sendText(res, verdict.status, `${verdict.words}\n`);
      return true;
    }
    if (!isReading(req)) {
      res.setHeader('allow', 'GET, HEAD');
      sendText(res, 405, 'The log is only read here.\n');
      return true;
    }
    const resource = await logResource(deps.store, path.slice(LOG_PREFIX.length));
    if (resource === null) {
      // 404 and not cached: a tile that is not full yet will be there later.
      sendText(res, 404, 'The published log has no such resource.\n');
      return true;
    }
    res.writeHead(200, headersOf(resource));
    res.end(resource.bytes);
    return true;
  };
}

function headersOf({ contentType, bytes, immutable }: LogResource): Record<string, string | number> {
  return {
    'content-type': contentType,
    'content-length': bytes.length,
    // Private: whether somebody may read the log is decided on each request, so no shared cache may answer.
    'cache-control': immutable ? 'private, max-age=31536000, immutable' : 'no-cache',
  };
}
