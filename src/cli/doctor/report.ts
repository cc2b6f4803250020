/** What `doctor` collects: checks in order, each well, worth a note, or a problem with its remedy. */
import { count, paragraph, table } from '../terminal.ts';

/** One check. A problem has a remedy. */
export type Check = {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly detail: string;
  readonly remedy: string | null;
};

/** Collects checks. */
export type Findings = {
  ok(name: string, detail: string): void;
  note(name: string, detail: string): void;
  problem(name: string, detail: string, remedy: string): void;
  readonly checks: readonly Check[];
};

/** An empty collection. */
export function createFindings(): Findings {
  const checks: Check[] = [];
  const add =
    (state: 'ok' | 'note') =>
    (name: string, detail: string): void => {
      checks.push({ name, state, detail, remedy: null });
    };
  return {
    ok: add('ok'),
    note: add('note'),
    problem: (name, detail, remedy) => {
      checks.push({ name, state: 'problem', detail, remedy });
    },
    checks,
  };
}

/** The problems among them. */
export function problemsOf(checks: readonly Check[]): readonly Check[] {
  return checks.filter(({ state }) => state === 'problem');
}

const MARK = { ok: 'ok', note: 'note', problem: 'PROBLEM' } as const;

/** Lines for a terminal: the table, then `all well` or the problems with what to do. */
export function doctorLines(checks: readonly Check[], connect: string | null): readonly string[] {
  const problems = problemsOf(checks);
  return [
    ...table(checks.map(({ name, state, detail }) => [MARK[state], name, detail])),
    // In one piece, so that it can be copied.
    ...(connect === null ? [] : ['', 'To look into the database with psql, while the server runs:', `  ${connect}`]),
    '',
    ...(problems.length === 0
      ? ['all well']
      : [
          `${count(problems.length, 'problem')}:`,
          ...problems.flatMap(({ name, detail, remedy }) => [
            ...paragraph(`${name}: ${detail}`, '  ', '    '),
            ...paragraph(remedy ?? '', '    -> ', '       '),
          ]),
        ]),
  ];
}
