/**
 * The Model Context Protocol on lines of JSON-RPC 2.0 (modelcontextprotocol.io, revision 2025-11-25, "stdio"): as much of
 * it as a server of tools needs. Every line in is hostile; every line out is one JSON object.
 */
import { z } from 'zod';

/** Revisions whose `initialize`, `tools/list` and `tools/call` are the same for these tools; the newest first. */
const REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
const LINE_CHARS_MAX = 1_000_000;

/** JSON-RPC 2.0, section 5.1. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;

/** What a tool gives: an object for programs, or why it cannot. */
export type ToolResult =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string };

export type Tool = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** Takes what `input` has parsed. Never throws. */
  readonly call: (input: unknown) => Promise<ToolResult>;
};

export type McpServer = {
  /** The reply to one line; null where none is due. Never throws. */
  handle(line: string): Promise<object | null>;
};

const messageSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(1_000), z.number()]).optional(),
  method: z.string().max(200),
  params: z.record(z.string(), z.unknown()).optional(),
});
const callSchema = z.object({ name: z.string().max(200), arguments: z.record(z.string(), z.unknown()).default({}) });
const initializeSchema = z.object({ protocolVersion: z.string().max(40) });

type Id = string | number | null;

/** Makes the server of these tools. */
export function createMcpServer(
  info: { readonly name: string; readonly title: string; readonly version: string },
  instructions: string,
  tools: readonly Tool[],
): McpServer {
  const methods: Readonly<Record<string, (params: unknown, id: Id) => Promise<object>>> = {
    initialize: async (params, id) => {
      const asked = initializeSchema.safeParse(params);
      if (!asked.success) return failure(id, INVALID_PARAMS, 'initialize needs a protocolVersion');
      const known = REVISIONS.find((revision) => revision === asked.data.protocolVersion);
      const capabilities = { tools: { listChanged: false } };
      return reply(id, { protocolVersion: known ?? REVISIONS[0], capabilities, serverInfo: info, instructions });
    },
    ping: async (_params, id) => reply(id, {}),
    'tools/list': async (_params, id) => reply(id, { tools: tools.map(describe) }),
    'tools/call': async (params, id) => {
      const call = callSchema.safeParse(params);
      if (!call.success) return failure(id, INVALID_PARAMS, 'tools/call needs a name and arguments');
      const tool = tools.find(({ name }) => name === call.data.name);
      if (tool === undefined) return failure(id, INVALID_PARAMS, 'there is no such tool');
      return reply(id, contentOf(await callTool(tool, call.data.arguments)));
    },
  };
  return {
    async handle(line) {
      if (line.trim() === '') return null;
      const json = parse(line);
      if (json === undefined) return failure(null, PARSE_ERROR, 'not one JSON object on one line');
      const message = messageSchema.safeParse(json);
      if (!message.success) {
        // A reply to something this server never asks.
        const isReply = typeof json === 'object' && json !== null && ('result' in json || 'error' in json);
        return isReply ? null : failure(idOf(json), INVALID_REQUEST, 'not a JSON-RPC 2.0 request');
      }
      const { id, method, params } = message.data;
      // A notification is never answered.
      if (id === undefined) return null;
      if (!Object.hasOwn(methods, method)) return failure(id, METHOD_NOT_FOUND, 'there is no such method');
      return (await methods[method]?.(params ?? {}, id)) ?? null;
    },
  };
}

async function callTool(tool: Tool, given: unknown): Promise<ToolResult> {
  const input = tool.input.safeParse(given);
  if (input.success) return tool.call(input.data);
  const [issue] = input.error.issues;
  return { ok: false, message: `${issue?.path.join('.') || 'arguments'}: ${issue?.message ?? 'not usable'}` };
}

/** Text for a model, and the object for a program; a failed call is a result too, so that the model can mend it. */
function contentOf(result: ToolResult): object {
  if (!result.ok) return { content: [{ type: 'text', text: result.message }], isError: true };
  const text = JSON.stringify(result.value);
  return { content: [{ type: 'text', text }], structuredContent: result.value, isError: false };
}

function describe({ name, title, description, input }: Tool): object {
  const annotations = { title, readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
  return { name, title, description, inputSchema: z.toJSONSchema(input, { target: 'draft-2020-12' }), annotations };
}

const reply = (id: Id, result: object): object => ({ jsonrpc: '2.0', id, result });
const failure = (id: Id, code: number, message: string): object => ({ jsonrpc: '2.0', id, error: { code, message } });

function parse(line: string): unknown {
  if (line.length > LINE_CHARS_MAX) return undefined;
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function idOf(json: unknown): Id {
  const found = z.object({ id: z.union([z.string().max(1_000), z.number()]) }).safeParse(json);
  return found.success ? found.data.id : null;
}
