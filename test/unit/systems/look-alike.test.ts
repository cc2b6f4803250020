/** Names that look alike are found, names that do not are not; what cannot be seen is no part of a name. */
import { describe, expect, it } from 'vitest';
import { hidesCharacters } from '#src/approvals/text-limits.ts';
import { looksLike, skeletonOf } from '#src/systems/look-alike.ts';

const KNOWN = ['ticket-router', 'Churn', 'credit scoring 2', 'ai-model'];

describe('a name of a new system', () => {
  it.each([
    ['a Cyrillic letter', 'tiсket-router', 'ticket-router'],
    ['Cyrillic throughout', 'Сhurп', 'Churn'],
    ['Greek letters', 'tickετ-rουter', 'ticket-router'],
    ['another separator', 'ticket_router', 'ticket-router'],
    ['no separator', 'TicketRouter', 'ticket-router'],
    ['a digit for a letter', 'tlcket-r0uter', 'ticket-router'],
    ['full-width letters with an accent', 'ｃｈúｒｎ', 'Churn'],
    ['two letters drawn as one', 'ai-rnodel', 'ai-model'],
    ['small l for small i', 'al-model', 'ai-model'],
  ])('with %s looks like the one that is known', (_what, name, expected) => {
    expect(looksLike(name, KNOWN)).toBe(expected);
  });

  it.each([['ticket-router'], [' Ticket-Router '], ['CHURN'], ['credit scoring 3'], ['ticket-routers'], ['чат'], ['']])(
    '%j looks like no other',
    (name) => {
      expect(looksLike(name, KNOWN)).toBeNull();
    },
  );

  it('of no letters has no skeleton to compare', () => {
    expect([skeletonOf('---'), looksLike('---', ['***'])]).toEqual(['', null]);
  });
});

describe('a name', () => {
  it.each([
    ['a zero-width space', 'chu\u200brn'],
    ['a zero-width joiner', 'chu\u200drn'],
    ['a soft hyphen', 'chu\u00adrn'],
    ['a turn of direction', '\u202enruhc'],
    ['an isolate', 'ch\u2066urn\u2069'],
    ['a variation selector', 'churn\ufe0f'],
    ['a tag character', 'churn\u{e0041}'],
    ['a Hangul filler', 'churn\u3164'],
    ['a no-break space', 'churn\u00a0model'],
    ['a line separator', 'churn\u2028'],
    ['a byte order mark', '\ufeffchurn'],
    ['a private character', 'churn\ue000'],
  ])('with %s hides something', (_what, name) => {
    expect(hidesCharacters(name)).toBe(true);
  });

  it.each([['ticket-router'], ['Kündigungs-Vorhersage 2.1'], ['顧客離反予測'], ['توقع'], ['चैट'], ['a b']])(
    '%j hides nothing',
    (name) => {
      expect(hidesCharacters(name)).toBe(false);
    },
  );
});
