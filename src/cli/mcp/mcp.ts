/** `mcp`: the desk as a Model Context Protocol server on stdin and stdout. It reads and never acts. */
import { createInterface } from 'node:readline';
import { SERVICE } from '#src/wire/version.ts';
import type { CliContext, ExitCode } from '../context.ts';
import { createMcpServer } from './protocol.ts';
import { mcpTools } from './tools.ts';

const INSTRUCTIONS =
  'Answers about AI governance come from documents in force, each with its source; say which one you use. Nothing can be requested, approved or changed here.';

/** Serves until the lines end, one request after the other. */
export async function serveMcp(
  context: CliContext,
  flags: { readonly inside?: true },
  lines: AsyncIterable<string> = createInterface({ input: process.stdin }),
): Promise<ExitCode> {
  const info = { name: SERVICE.name, title: 'Countersign', version: SERVICE.version };
  const server = createMcpServer(info, INSTRUCTIONS, mcpTools(context, flags.inside === true));
  for await (const line of lines) {
    const reply = await server.handle(line);
    if (reply !== null) context.json(reply);
  }
  return 0;
}
