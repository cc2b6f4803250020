/** The help of every command fits a terminal of 80 columns, and every command says what it is for. */
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '#src/cli/program.ts';
import { fitted } from '#src/cli/terminal.ts';
import { processContext } from '#src/cli.ts';

const commandsOf = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(commandsOf)];

test('every help', () => {
  const all = commandsOf(createProgram({ context: processContext(), action: () => async () => undefined }));
  expect(all.length).toBeGreaterThan(40);
  for (const command of all) {
    const wide = command
      .helpInformation()
      .split('\n')
      .filter((line) => line.length > 80);
    expect({ command: command.name(), wide }).toEqual({ command: command.name(), wide: [] });
    expect(command.description(), command.name()).not.toBe('');
  }
});

test('a message of somebody else is wrapped where it is too long, and keeps the indent of its lines', () => {
  const lines = fitted(`short\n  -> ${'word '.repeat(30)}end`);
  expect(lines[0]).toBe('short');
  expect(lines[1]).toMatch(/^ {2}-> word/);
  expect(lines[2]).toMatch(/^ {4}word/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
