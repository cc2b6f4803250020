/** The gate's answer as the log of a pipeline shows it: 80 columns; digests stay whole. */
import { wrapText } from '#src/knowledge/listing.ts';
import type { GateReply } from './desk.ts';

const COLUMNS = 80;

/** Yes or no, every reason, and then what to do, each step once. */
export function gateLines({ query, allowed, pass, reasons, entry }: GateReply): readonly string[] {
  const { system, version, environment } = query;
  const observed = pass && !allowed ? '; this environment is only observed, so it does not stop' : '';
  const steps = new Set(reasons.flatMap(({ next }) => next ?? []));
  return [
    ...wrapText(`${allowed ? 'yes' : 'NO'}: ${system} ${version} in ${environment}${observed}`, '', '', COLUMNS),
    ...reasons.flatMap(({ code, words }) => wrapText(`${words} (${code})`, '  - ', '    ', COLUMNS)),
    ...[...steps].flatMap((step) => wrapText(step, '  > ', '    ', COLUMNS)),
    ...(entry === null ? [] : [`  Evidence entry ${entry}`]),
  ];
}
