import { describe, expect, test } from 'vitest';
import { readRaci } from '#src/knowledge/importers/raci.ts';
import type { ImportWarning } from '#src/knowledge/importers/source.ts';

function read(text: string): { raci: unknown; alternatives: readonly string[]; codes: readonly string[] } {
  const warnings: ImportWarning[] = [];
  const lines = text.split('\n').map((line, index) => ({ text: line, place: { line: index + 1 } }));
  const reading = readRaci(lines, warnings, 'WP-1.1');
  return {
    raci: reading?.raci ?? null,
    alternatives: reading?.alternatives ?? [],
    codes: warnings.map((warning) => warning.code),
  };
}

describe('a RACI in its printed forms', () => {
  test('one line, letters in brackets, in any order and without spaces', () => {
    const { raci } = read(
      'Lamp Team(Responsible), Lamp Guild (Consulted), Chief Lamp Officer (Accountable), Oil and Wick Teams, Night Watch (Consulted), and Clerk (Informed).',
    );
    expect(raci).toEqual({
      responsible: ['Lamp Team'],
      accountable: ['Chief Lamp Officer'],
      consulted: ['Lamp Guild', 'Oil and Wick Teams', 'Night Watch'],
      informed: ['Clerk'],
    });
  });

  test('a list, an abbreviation stripped, another bracket kept beside the name', () => {
    const { raci } = read(
      '- Responsible: Lamp Team (Night shift)\n- Accountable: Chief Lamp Officer (CLO)\n- Consulted: Lamp Operations (LampOps) Team\n- Informed: Clerk, Watch',
    );
    expect(raci).toEqual({
      responsible: [{ name: 'Lamp Team', note: 'Night shift' }],
      accountable: ['Chief Lamp Officer'],
      consulted: ['Lamp Operations (LampOps) Team'],
      informed: ['Clerk', 'Watch'],
    });
  });

  test('bold letters with prose behind the name, blank lines and lost indentation', () => {
    const { raci } = read(
      ' - **Responsible:** The Lamp Team is tasked with lamps. It is busy.\n\n- **Accountable:** The Head of Lamps holds all of it.\n- **Consulted:** Oil and Wick Teams provide advice.\n- **Informed:** All people of the port, including sailors, clerks, and cooks, are kept informed.',
    );
    expect(raci).toEqual({
      responsible: ['Lamp Team'],
      accountable: ['Head of Lamps'],
      consulted: ['Oil and Wick Teams'],
      informed: ['All people of the port', 'sailors', 'clerks', 'cooks'],
    });
  });

  test('alternatives, a late bracket, a bracket without partner', () => {
    const { raci, alternatives, codes } = read(
      '- Responsible: Lamp Team is tasked with it. (Or Watch)\n- Accountable: The Chief Lamp Officer (CLO) or Chief Oil Officer) oversees it.\n- Consulted: X\n- Informed: Y',
    );
    expect(raci).toMatchObject({
      responsible: [{ name: 'Lamp Team', note: 'Or Watch' }],
      accountable: ['Chief Lamp Officer', 'Chief Oil Officer'],
    });
    expect(alternatives).toEqual(['accountable']);
    expect(codes).toEqual(['unbalanced_bracket']);
  });

  test('no letter at all', () => {
    expect(read('Lamps are bright.').raci).toBeNull();
  });
});
