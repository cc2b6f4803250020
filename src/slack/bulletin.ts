/** Sends bulletins: text is escaped here, pseudonyms become mentions, buttons carry only ids. */
import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { personsIn } from '#src/delivery/people/names.ts';
import { type Bulletin, bulletinSchema } from '#src/delivery/people/notices.ts';
import type { OutboxItem } from '#src/delivery/ports.ts';
import { actions, button, type Message, section } from './blocks/build.ts';
import { inline, mention } from './blocks/text.ts';
import { directChannel, post, whisper } from './poster.ts';

/** A pseudonym after `inline` has taken the meaning from the underscore. */
const DEFUSED = /p_\u200b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/g;
/** A section is cut at 3,000 characters, which must not fall inside a mention. */
const SECTION_CHARS = 2_800;

export type BulletinDeps = {
  readonly client: WebClient;
  readonly slackUsersOf: (persons: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Slack users who administer now. */
  readonly admins: () => Promise<readonly string[]>;
  readonly committeeChannel: string;
};

/** Sends one row. Throws when it is to be tried again. */
export async function sendBulletin(deps: BulletinDeps, item: OutboxItem): Promise<void> {
  const parsed = bulletinSchema.safeParse(item.payload);
  if (!parsed.success)
    throw new Error(`outbox row ${item.id} is no bulletin: ${parsed.error.issues[0]?.message ?? ''}`);
  const { to } = parsed.data;
  const users = await deps.slackUsersOf(personsIn(parsed.data));
  const message = renderBulletin(parsed.data, users);
  const { clientMsgId, attempts } = item;
  const send = (channel: string, part: string) =>
    post(deps.client, { outboxId: `${item.id}${part}`, clientMsgId, attempts, channel, threadTs: null, message });
  if (to.kind === 'committee') await send(deps.committeeChannel, '');
  else if (to.kind === 'user' && to.channel !== null) await whisper(deps.client, to.channel, to.user, null, message);
  else {
    const known = to.kind === 'person' ? users.get(to.person) : undefined;
    const wanted = to.kind === 'user' ? [to.user] : to.kind === 'admins' ? await deps.admins() : known ? [known] : [];
    for (const user of wanted) await send(await directChannel(deps.client, user), `:${user}`);
  }
}

/** The message of a bulletin. Pure. */
function renderBulletin(bulletin: Bulletin, users: ReadonlyMap<string, string>): Message {
  return { text: shown(bulletin.title, users), blocks: bulletinBlocks(bulletin, users, 'governance') };
}

/** Title, lines and buttons as blocks; `blockId` must be the only one of its name where they stand. */
export function bulletinBlocks(
  { title, lines, buttons }: Pick<Bulletin, 'title' | 'lines' | 'buttons'>,
  users: ReadonlyMap<string, string>,
  blockId: string,
): KnownBlock[] {
  const blocks: KnownBlock[] = [section(`*${shown(title, users)}*`)];
  for (const part of inSections(lines.map((line) => `• ${shown(line, users)}`))) blocks.push(section(part));
  if (buttons.length > 0) {
    const made = buttons.map(({ label, action, value }, index) => button(label, `${action}:${index}`, value));
    blocks.push(actions(blockId, made));
  }
  return blocks;
}

function shown(text: string, users: ReadonlyMap<string, string>): string {
  return inline(text, 700).replace(DEFUSED, (_, id: string) => mention(users.get(`p_${id}`)));
}

function inSections(lines: readonly string[]): readonly string[] {
  const sections: string[] = [];
  for (const line of lines) {
    const last = sections.at(-1);
    if (last === undefined || last.length + line.length + 1 > SECTION_CHARS) sections.push(line);
    else sections[sections.length - 1] = `${last}\n${line}`;
  }
  return sections;
}
