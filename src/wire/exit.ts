/** From a thrown error to what the terminal shows and the exit code (DESIGN.md, "Command line"). */
import { PostgresError } from '#src/adapters/postgres/errors.ts';
import { ConfigError } from '#src/config.ts';
import { KnowledgeError } from '#src/knowledge/errors.ts';
import { ListenError } from '#src/web/server.ts';
import { ExportError } from './evidence/export-error.ts';
import { StartRefusedError } from './workspace.ts';

/** 2 for what the person who starts it can mend; 1 for a fault of ours. */
export function exitFor(error: unknown): { readonly code: 1 | 2; readonly text: string } {
  if (error instanceof ConfigError || error instanceof StartRefusedError || error instanceof ListenError) {
    return { code: 2, text: error.message };
  }
  if (error instanceof ExportError) {
    // Nothing to write is an answer; a filter that names nobody is a mistake in the command.
    const empty = error.code === 'not_published' || error.code === 'nothing_selected';
    return { code: empty ? 1 : 2, text: `${error.message}\n  -> ${error.remedy}` };
  }
  if (error instanceof PostgresError) return { code: 2, text: withRemedy(error) };
  if (error instanceof KnowledgeError) {
    const lines = error.issues.map(
      (i) => `  knowledge/${i.file}:${i.line}: ${i.path} expected ${i.expected}\n    -> ${i.remedy}`,
    );
    return { code: 2, text: ['The knowledge files cannot be used; nothing was started.', ...lines].join('\n') };
  }
  if (error instanceof Error && 'remedy' in error && typeof error.remedy === 'string') {
    return { code: 2, text: `${error.message}\n  -> ${error.remedy}` };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 1, text: `This is a fault in Countersign; nothing was left half done.\n${text}` };
}

function withRemedy(error: PostgresError): string {
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : null;
  return remedy === null || error.message.includes(remedy) ? error.message : `${error.message}\n  -> ${remedy}`;
}
