import type { PeopleStore } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';
import { storableText } from './values.ts';

/**
 * People on PostgreSQL.
 * @param newId makes the UUID of a new pseudonym.
 */
export function createPeople({ prisma, pool }: Pick<Database, 'prisma' | 'pool'>, newId: () => string): PeopleStore {
  const known: PeopleStore['known'] = async (persons) => {
    const rows = await prisma.person.findMany({ where: { id: { in: [...persons] } } });
    return new Map(
      rows.flatMap(({ id, slackUserId, name }) => (slackUserId ? [[id, { slackUserId, name }] as const] : [])),
    );
  };
  return {
    async personFor(slackUserId, name) {
      const clean = name === null ? null : storableText(name);
      const known = await prisma.person.findUnique({ where: { slackUserId } });
      if (known && (clean === null || known.name === clean)) return known.id;
      // Two messages of a new person may arrive together: the second gets the first one's pseudonym.
      const { rows } = await pool.query<{ id: string }>(
        `INSERT INTO person (id, slack_user_id, name) VALUES ($1, $2, $3)
         ON CONFLICT (slack_user_id) DO UPDATE SET name = COALESCE(EXCLUDED.name, person.name) RETURNING id`,
        [`p_${newId()}`, slackUserId, clean],
      );
      return rows[0]?.id ?? '';
    },
    known,
    async slackUsersOf(persons) {
      return new Map([...(await known(persons))].map(([person, { slackUserId }]) => [person, slackUserId]));
    },
    async personsNamed(words) {
      // strpos, because in a pattern a typed % or _ would match anything.
      const { rows } = await pool.query<{ id: string }>(
        'SELECT id FROM person WHERE slack_user_id = $1 OR strpos(lower(name), lower($1)) > 0 ORDER BY id LIMIT 10',
        [storableText(words)],
      );
      return rows.map(({ id }) => id);
    },
  };
}
