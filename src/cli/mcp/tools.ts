/**
 * What `mcp` offers: looking, never acting. A client's model counts as outside the organisation, so text that may not
 * leave it, names and free text of requests stay here (DESIGN.md, "Language model optional").
 */
import { z } from 'zod';
import type { Answerer } from '#src/answers/answerer.ts';
import type { Answer } from '#src/answers/types.ts';
import type { Library, LibraryItem } from '#src/knowledge/library.ts';
import { listLine } from '#src/knowledge/listing.ts';
import { gateQuestionSchema } from '#src/web/gate-api.ts';
import { openAnswerer } from '../ask/answering.ts';
import { type CliContext, CommandError } from '../context.ts';
import { lookAtGate } from '../gate/gate.ts';
import { itemOf } from '../knowledge/read.ts';
import { requestFacts } from '../requests/requests.ts';
import type { Tool, ToolResult } from './protocol.ts';

const QUESTION_CHARS_MAX = 10_000;
const id = z.string().trim().min(1).max(300);

/** The tools. `inside`: the client's model belongs to the organisation, and may read every public item. */
export function mcpTools(context: CliContext, inside: boolean): readonly Tool[] {
  // The library is read anew for each call, because what was accepted meanwhile counts.
  const open = () => openAnswerer(context);
  return [
    tool({
      name: 'ask',
      title: 'Ask the governance documents',
      description:
        'Answers a question about AI governance (who owns what, what a control requires) from the documents in force, with sources, or says that they do not cover it. For the public audience.',
      input: z.object({ question: z.string().trim().min(1).max(QUESTION_CHARS_MAX) }),
      run: async ({ question }) => {
        const answerer = await open();
        return shownAnswer(answerer, await answerer.ask(question), inside);
      },
    }),
    tool({
      name: 'knowledge_show',
      title: 'Show one item',
      description:
        'One section, clause or control with its statements, roles and mappings, by its id (WP-2.6.1, GRC-05).',
      input: z.object({ id }),
      run: async (asked) => {
        const { library } = await open();
        const item = itemOf(library, asked.id);
        if (item === null || item.audience !== 'public') throw unknown(`The library holds no item ${asked.id}.`);
        if (mayShow(library, item, inside)) return listLine(item);
        const { document, version, hash } = item;
        return { id: item.id, title: item.title, document, version, hash, withheld: WITHHELD };
      },
    }),
    tool({
      name: 'request_show',
      title: 'Show one request',
      description:
        'State, tier, validity and evidence entries of a request by its id (DR-12, EX-3); without names and texts.',
      input: z.object({ id }),
      run: (asked) => requestFacts(context, asked.id),
    }),
    tool({
      name: 'gate_check',
      title: 'Look at the gate',
      description:
        'Whether a version may run in an environment now, with the reasons. A look only: it is not recorded; a pipeline asks with "countersign gate".',
      input: gateQuestionSchema,
      run: (question) => lookAtGate(context, question),
    }),
  ];
}

const WITHHELD =
  'The text of this document may not reach a model outside the organisation. Read it with "countersign knowledge show", or start "countersign mcp --inside" for a model of your own.';

function shownAnswer({ library }: Answerer, answer: Answer, inside: boolean): Readonly<Record<string, unknown>> {
  const { id: _id, question: _question, latencyMs: _latencyMs, holders: _holders, ...shown } = answer;
  const closed = answer.citations.filter(({ id: cited }) => {
    const item = library.items.get(cited);
    return item === undefined || !mayShow(library, item, inside);
  });
  if (closed.length === 0) return shown;
  const citations = answer.citations.map(({ quote: _quote, ...source }) => source);
  const text = `${closed.map(({ id: cited, title }) => `${cited} ${title}`).join('; ')}: ${WITHHELD}`;
  return { ...shown, answer: text, citations, roles: null, owners: null };
}

function mayShow(library: Library, item: LibraryItem, inside: boolean): boolean {
  return item.audience === 'public' && (inside || library.documents.get(item.document)?.outsideModel === true);
}

type Parts<S extends z.ZodObject> = Omit<Tool, 'input' | 'call'> & {
  readonly input: S;
  readonly run: (input: z.infer<S>) => Promise<object>;
};

/** A tool whose failures are results with what to do next. */
function tool<S extends z.ZodObject>({ run, input, ...about }: Parts<S>): Tool {
  const call = async (given: unknown): Promise<ToolResult> => {
    try {
      return { ok: true, value: { ...(await run(input.parse(given))) } };
    } catch (error) {
      if (error instanceof CommandError) return { ok: false, message: `${error.message} ${error.remedy}` };
      const { exitFor } = await import('#src/wire/exit.ts');
      return { ok: false, message: exitFor(error).text };
    }
  };
  return { ...about, input, call };
}

function unknown(message: string): CommandError {
  return new CommandError('unknown_id', message, 'Ask, and use an id that the answer names.');
}
