/** HTTP servers on this machine that stand for somebody outside, and requests exactly as they stand. */
import { createServer, type RequestListener, request, type Server } from 'node:http';

/** Serves until `close`, each listener at an address of its own. */
export function localServers(): { serve(listener: RequestListener): Promise<string>; close(): void } {
  const servers: Server[] = [];
  return {
    async serve(listener) {
      const server = createServer(listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    },
    close() {
      for (const server of servers) server.close();
    },
  };
}

/** The whole body of a request. */
export async function bodyOf(req: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The status of a request with `path` and headers as they stand: fetch would tidy `..` away and set its own Host. */
export function statusOf(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    request({ hostname, port, path, headers: { ...headers }, method }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
