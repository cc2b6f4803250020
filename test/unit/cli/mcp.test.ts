/** The Model Context Protocol, line by line: what is asked right is answered, whatever else comes is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createMcpServer, type Tool } from '#src/cli/mcp/protocol.ts';

const echo: Tool = {
  name: 'echo',
  title: 'Echo',
  description: 'Gives back a word.',
  input: z.object({ word: z.string().max(10) }),
  call: async (input) => ({ ok: true, value: z.object({ word: z.string() }).parse(input) }),
};
const broken: Tool = { ...echo, name: 'broken', call: async () => ({ ok: false, message: 'It is away. Try again.' }) };
const server = createMcpServer({ name: 'x', title: 'X', version: '1' }, 'Be kind.', [echo, broken]);
const ask = (message: object) => server.handle(JSON.stringify({ jsonrpc: '2.0', ...message }));
const call = (name: string, given: unknown) => ask({ id: 7, method: 'tools/call', params: { name, arguments: given } });

describe('a client that keeps to the protocol', () => {
  it.each(['2025-11-25', '2025-06-18', '2024-11-05'])('of revision %s is greeted in it', async (protocolVersion) => {
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    expect(await ask({ id: 1, method: 'initialize', params })).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        protocolVersion,
        capabilities: { tools: { listChanged: false } },
        serverInfo: { name: 'x', title: 'X', version: '1' },
        instructions: 'Be kind.',
      },
    });
  });

  it('of an unknown revision is offered the newest', async () => {
    const greeted = await ask({ id: 1, method: 'initialize', params: { protocolVersion: '1999-01-01' } });
    expect(greeted).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
  });

  it('sees the tools, each marked as one that only reads', async () => {
    expect(await ask({ id: 'a', method: 'tools/list' })).toMatchObject({
      id: 'a',
      result: {
        tools: [
          {
            name: 'echo',
            inputSchema: { type: 'object', required: ['word'] },
            annotations: { readOnlyHint: true, destructiveHint: false },
          },
          { name: 'broken' },
        ],
      },
    });
  });

  it('calls one, and gets text and object', async () => {
    expect(await call('echo', { word: 'hi' })).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: { content: [{ type: 'text', text: '{"word":"hi"}' }], structuredContent: { word: 'hi' }, isError: false },
    });
  });

  it('is told by the tool what was wrong, so that its model can mend it', async () => {
    expect(await call('echo', { word: 12 })).toMatchObject({ result: { isError: true } });
    expect(await call('broken', { word: 'x' })).toMatchObject({
      result: { isError: true, content: [{ type: 'text', text: 'It is away. Try again.' }] },
    });
  });

  it('is answered a ping, and never a notification or a reply', async () => {
    expect(await ask({ id: 0, method: 'ping' })).toEqual({ jsonrpc: '2.0', id: 0, result: {} });
    expect(await ask({ method: 'notifications/initialized' })).toBeNull();
    expect(await ask({ method: 'tools/call', params: { name: 'echo', arguments: { word: 'x' } } })).toBeNull();
    expect(await ask({ id: 3, result: {} })).toBeNull();
    expect(await server.handle('')).toBeNull();
  });
});

describe('anything else', () => {
  it.each<[string, number]>([
    ['{', -32_700],
    ['x'.repeat(1_000_001), -32_700],
    ['[]', -32_600],
    ['"hi"', -32_600],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32_600],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32_600],
    ['{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32_601],
    ['{"jsonrpc":"2.0","id":1,"method":"resources/list"}', -32_601],
    ['{"jsonrpc":"2.0","id":1,"method":"initialize"}', -32_602],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"approve"}}', -32_602],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"__proto__","arguments":{}}}', -32_602],
  ])('%.60s is refused', async (line, code) => {
    expect(await server.handle(line)).toMatchObject({ jsonrpc: '2.0', error: { code } });
  });

  it('never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((v) => JSON.stringify(v)),
        ),
        async (line) => {
          const reply = await server.handle(line);
          expect(reply === null || typeof reply === 'object').toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
