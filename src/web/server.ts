/**
 * The one HTTP server. It knows paths, not rooms: handlers are passed in by the wiring. Every answer carries headers
 * that keep a browser from guessing, framing or caching what it should not.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Serves a request, or says that it is not its own. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<boolean> | boolean;

export type WebDeps = {
  /** Tried in order; the first that returns true has served the request. */
  readonly handlers: readonly Handler[];
  readonly onError: (error: unknown, path: string) => void;
};

export type WebServer = {
  /** Starts listening; resolves with the port (useful with port 0). Throws {@link ListenError}. */
  listen(port: number, host: string): Promise<number>;
  /** Stops accepting, lets running requests end for at most `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
};

/** The address cannot be used. */
export class ListenError extends Error {
  readonly code: 'port_in_use' | 'port_forbidden' | 'address_unavailable';
  constructor(code: ListenError['code'], message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ListenError';
    this.code = code;
  }
}

/** Builds the server; nothing listens until `listen`. */
export function createWebServer(deps: WebDeps): WebServer {
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16 * 1024 },
    (req, res) => {
      res.setHeader('x-content-type-options', 'nosniff');
      // Nothing for other sites. With `no-referrer` a browser would also hide the origin of our own forms (`Origin: null`).
      res.setHeader('referrer-policy', 'same-origin');
      res.setHeader('x-frame-options', 'DENY');
      serve(deps, req, res).catch((error: unknown) => {
        deps.onError(error, pathOf(req));
        if (!res.headersSent) sendText(res, 500, 'The request could not be served. Nothing was changed; try again.');
        else res.destroy();
      });
    },
  );
  return { listen: (port, host) => listen(server, port, host), close: (graceMs) => close(server, graceMs) };
}

async function serve(deps: WebDeps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  for (const handler of deps.handlers) {
    if (await handler(req, res)) return;
  }
  sendText(res, 404, 'There is nothing at this address.');
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') {
    const text = `Port ${port} on ${host} is in use by another program. Stop that program, or choose another port: PORT=${port + 1} npm start`;
    return new ListenError('port_in_use', text, error);
  }
  if (error.code === 'EACCES') {
    return new ListenError(
      'port_forbidden',
      `Port ${port} may not be opened by this user. Choose one above 1023: PORT=3000 npm start`,
      error,
    );
  }
  return new ListenError(
    'address_unavailable',
    `${host}:${port} cannot be listened on (${error.code ?? error.message}). Check HOST and PORT.`,
    error,
  );
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** The path of a request without its query. */
export function pathOf(req: IncomingMessage): string {
  const url = req.url ?? '/';
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** GET, or HEAD, which is answered the same without a body (RFC 9110 9.3.2; Node leaves the body out by itself). */
export function isReading(req: IncomingMessage): boolean {
  return req.method === 'GET' || req.method === 'HEAD';
}

/** Sends plain text. */
export function sendText(res: ServerResponse, status: number, text: string, contentType = 'text/plain'): void {
  const body = Buffer.from(text, 'utf8');
  res.writeHead(status, {
    'content-type': `${contentType}; charset=utf-8`,
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  res.end(body);
}

/** Sends one JSON value. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  sendText(res, status, `${JSON.stringify(value)}\n`, 'application/json');
}
