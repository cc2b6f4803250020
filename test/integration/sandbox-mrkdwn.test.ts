import { expect, test } from 'vitest';
import { formatDate, parseInline, parseMrkdwn, safeHref } from '../../src/sandbox/page/mrkdwn.ts';
import { CHANNELS, USERS } from '../../src/sandbox/seed.ts';
import { textFromTyping } from '../../src/sandbox/typed-text.ts';

const text = (value: string) => ({ kind: 'text', text: value });
const typed = (value: string) =>
  textFromTyping(
    value,
    new Map(USERS.map((user) => [user.id, user])),
    new Map(CHANNELS.map((channel) => [channel.id, channel])),
  ).text;

test.each<[string, unknown[]]>([
  [
    '*bold* and _italic_ and ~gone~',
    [
      { kind: 'bold', children: [text('bold')] },
      text(' and '),
      { kind: 'italic', children: [text('italic')] },
      text(' and '),
      { kind: 'strike', children: [text('gone')] },
    ],
  ],
  ['2*3*4 snake_case_name a * b * c', [text('2*3*4 snake_case_name a * b * c')]],
  [
    '*bold with _both_*',
    [{ kind: 'bold', children: [text('bold with '), { kind: 'italic', children: [text('both')] }] }],
  ],
  ['`a *b* &lt;c&gt;`', [{ kind: 'code', text: 'a *b* <c>' }]],
  ['&lt;!channel&gt; &amp;amp;', [text('<!channel> &amp;')]],
  ['<!channel> <!here>', [{ kind: 'broadcast', range: 'channel' }, text(' '), { kind: 'broadcast', range: 'here' }]],
  [
    '<@U0EMMA> <#C0ASK|ask>',
    [{ kind: 'user', id: 'U0EMMA', label: '' }, text(' '), { kind: 'channel', id: 'C0ASK', label: 'ask' }],
  ],
  [
    '<https://x.example/?a=1&amp;b=2|one &amp; two>',
    [{ kind: 'link', href: 'https://x.example/?a=1&b=2', label: 'one & two' }],
  ],
  ['<javascript:alert(1)|x>', [text('<javascript:alert(1)|x>')]],
  [
    '<!date^1795737600^{date}^https://x.example|later>',
    [{ kind: 'date', seconds: 1795737600, format: '{date}', href: 'https://x.example', fallback: 'later' }],
  ],
  ['10:30:45 and :tada:', [text('10:30:45 and '), { kind: 'emoji', name: 'tada' }]],
  ['unclosed *bold and <token', [text('unclosed *bold and <token')]],
])('%s', (mrkdwn, expected) => {
  expect(parseInline(mrkdwn)).toEqual(expected);
});

test('code blocks, quotes and lines stand apart', () => {
  expect(parseMrkdwn('a\n&gt; q1\n&gt;q2\n```\nx < *y*\n```\nb').map((block) => block.kind)).toEqual([
    'lines',
    'quote',
    'pre',
    'lines',
  ]);
  expect(parseMrkdwn('')).toEqual([]);
});

test('forty thousand marks are parsed at once', () => {
  const started = performance.now();
  for (const mark of ['*', '*a ', '<', '`', ':a', '&lt;']) parseMrkdwn(mark.repeat(40_000 / mark.length));
  expect(performance.now() - started).toBeLessThan(2_000);
});

test('only web addresses, mail and paths of this server become links', () => {
  expect(['https://x', 'HTTP://x', 'mailto:a@b', '/evidence'].every((href) => safeHref(href) === href)).toBe(true);
  expect(['javascript:x', 'data:text/html,x', '//evil', 'file:///etc', ' https://x'].map(safeHref)).toEqual(
    Array(5).fill(null),
  );
});

test('what people type is escaped, and known names, channels and addresses become tokens', () => {
  expect(typed('a <b> & <!channel>')).toBe('a &lt;b&gt; &amp; &lt;!channel&gt;');
  expect(typed('@Emma Lindqvist, ask @countersign in #ask-governance or #nowhere')).toBe(
    '<@U0EMMA>, ask <@U0COUNTERSIGN> in <#C0ASK|ask-governance> or #nowhere',
  );
  expect(typed('see https://x.example/a?b=1&c=2.')).toBe('see <https://x.example/a?b=1&amp;c=2>.');
  expect(typed('mail@Emma Lindqvist `@Emma Lindqvist`')).toBe('mail@Emma Lindqvist `@Emma Lindqvist`');
});

test('dates are shown in the reader`s time zone, near days by name', () => {
  const now = new Date(2026, 10, 21, 12);
  const at = (date: Date) => date.getTime() / 1000;
  expect(formatDate(at(now), '{date_short_pretty} {nope}', now)).toBe('today {nope}');
  expect(formatDate(at(new Date(2026, 10, 22, 1)), '{date_pretty}', now)).toBe('tomorrow');
  expect(formatDate(at(new Date(2026, 10, 25)), '{date_num}', now)).toBe('2026-11-25');
});
