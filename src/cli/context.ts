/** What a command of the command line is given, and how it ends. */
import type { Command } from 'commander';

/** 0 done (an abstention too), 1 no (gate denies, verification fails), 2 usage or configuration (DESIGN.md). */
export type ExitCode = 0 | 1 | 2;

/** The world around a command: environment, folder, clock, streams. */
export type CliContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly cwd: string;
  readonly now: () => Date;
  /** Writes lines for people to stdout, each with its newline. Control characters are dropped. */
  text(...lines: readonly string[]): void;
  /** Writes one JSON value as one line to stdout. */
  json(value: unknown): void;
  /** Writes exact text to stdout: a signed note must not change by a byte. */
  raw(text: string): void;
  /** Writes a line for people to stderr. */
  note(line: string): void;
  /** All of stdin, as UTF-8. */
  input(): Promise<string>;
};

/** What a file of commands registers with: its actions return their exit code. */
export type Cli = {
  readonly context: CliContext;
  /** Wraps an action for commander's `.action`. */
  action<A extends readonly unknown[]>(run: (...args: A) => Promise<ExitCode>): (...args: A) => Promise<void>;
};

/** Adds commands to a parent; imports nothing heavy, the action itself does. */
export type Register = (parent: Command, cli: Cli) => void;

/** A command that cannot do what was asked: what happened, and what to do next. */
export class CommandError extends Error {
  readonly code:
    | 'usage'
    | 'file_unreadable'
    | 'file_unwritable'
    | 'input_invalid'
    | 'never_started'
    | 'unknown_id'
    | 'not_published'
    | 'not_available';
  readonly remedy: string;
  readonly exit: 1 | 2;
  constructor(code: CommandError['code'], message: string, remedy: string, exit: 1 | 2 = 2) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.remedy = remedy;
    this.exit = exit;
  }
}
