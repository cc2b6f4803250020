/** The sandbox alone in a process, for tests that kill it. Its argument is the data folder; it prints its address. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSandbox } from '../../src/sandbox/sandbox.ts';

const sandbox = createSandbox({
  dataDir: process.argv[2] ?? '',
  signingSecret: 'secret',
  botToken: 'xoxb-sandbox',
  eventsUrl: 'http://127.0.0.1:9/slack/events',
  allowedHosts: ['127.0.0.1'],
});
const server = createServer((req, res) => {
  sandbox.handle(req, res).catch(() => res.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
