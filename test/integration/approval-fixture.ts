/** What the tests of approvals share: people who fill in forms, press, and look, through the sandbox's page calls. */
import type { SubmittedState } from '#src/approvals/types.ts';
import type { RequestRecord } from '#src/delivery/requests/desk.ts';
import type { PageState } from './sandbox-client.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

export const DIGEST = `sha256:${'ab'.repeat(32)}`;
export const OTHER_DIGEST = `sha256:${'cd'.repeat(32)}`;
export const DAY = 86_400_000;

export type Answers = Readonly<Record<string, string | readonly string[] | null>>;
type Block = {
  readonly block_id: string;
  readonly type: string;
  readonly elements?: readonly { readonly action_id?: string; readonly value?: string }[];
  readonly accessory?: { readonly action_id?: string; readonly value?: string };
};

/** The questions about risk, each answered with no: the minimal tier. */
export const ALL_NO = {
  'answers.personalData': 'no',
  'answers.affectsPeople': 'no',
  'answers.decidesAlone': 'no',
  'answers.publicFacing': 'no',
  'answers.thirdParty': 'no',
  'answers.prohibitedUse': 'no',
} as const;

/** A deployment of the minimal tier. */
export const minimalForm = {
  system: 'ticket-router',
  version: '1.4.0',
  digest: DIGEST,
  environment: 'staging',
  purpose: 'Sorts incoming tickets by topic for the service desk.',
  'evidence.risk-assessment': 'https://wiki.example.com/risk/ticket-router 2026-10-01',
  ...ALL_NO,
} as const;
/** The same in the limited tier: used from outside. */
export const limitedForm: Answers = {
  ...minimalForm,
  'answers.publicFacing': 'yes',
  'evidence.robustness-test': 'https://wiki.example.com/robustness',
  'evidence.monitoring-plan': 'https://wiki.example.com/monitoring',
  'evidence.rollback-plan': 'https://wiki.example.com/rollback',
};
/** An exception of the minimal tier. */
export const exceptionForm: Answers = {
  deviatesFrom: 'POL-4.3',
  systems: 'ticket-router',
  environments: 'staging',
  circumstances: 'The canary stage is being rebuilt.',
  'control.0.text': 'Release by hand, one server at a time',
  'control.0.owner': 'U0MILO',
  remediationPlan: 'Canary stage back by the end of the quarter.',
  residualRiskLevel: 'low',
  residualRisk: 'A faulty release reaches one server.',
  'answers.personalData': 'no',
  'answers.affectsPeople': 'no',
  'answers.prohibitedUse': 'no',
};

export const isoDay = (at: Date): string => at.toISOString().slice(0, 10);

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** A server with a clock of its own and people to act on it. `options` as the server fixture takes them. */
export async function openStage(options: Parameters<typeof startTestServer>[0] & { readonly startAt?: string } = {}) {
  let clock = Date.parse(options.startAt ?? '2026-11-21T09:00:00Z');
  // Each look at the clock is a millisecond later, as on a real machine; it never goes back.
  const now = () => {
    clock += 1;
    return new Date(clock);
  };
  let test: TestServer = await startTestServer({ ...options, now });
  const stage = {
    get test() {
      return test;
    },
    now,
    /** Moves the clock and lets everything that is due happen. */
    async pass(ms: number) {
      clock += ms;
      await stage.settle();
    },
    /** Moves the clock and lets nothing happen. */
    jump(ms: number) {
      clock += ms;
    },
    async settle() {
      await test.server.work.sweeper.sweep();
      await test.server.idle();
    },
    async restart() {
      test = await test.restart();
      await stage.settle();
    },
    close: () => test.close(),
    state: (as: string): Promise<PageState> => test.driver.state(as),
    command: (as: string, text: string) => test.driver.command(as, 'C0ASK', `/governance ${text}`),
    /** Submits the topmost modal of a person. */
    async submit(as: string, answers: Answers) {
      const view = await stage.view(as);
      const values = Object.fromEntries(Object.entries(answers).map(([block, value]) => [block, { value }]));
      return test.driver.post('view', { as, view_id: view.id, do: 'submit', values });
    },
    async view(as: string) {
      const view = (await test.driver.state(as)).views.at(-1);
      if (view === undefined) throw new Error(`no modal is open for ${as}`);
      return view;
    },
    async viewText(as: string) {
      return JSON.stringify((await stage.view(as)).blocks);
    },
    /** Uses an element of the open modal: a button by its action, or a choice by its block with a value. */
    async use(
      as: string,
      what: { readonly action: string } | { readonly block: string; readonly value: string },
      answers: Answers = {},
    ) {
      const view = await stage.view(as);
      const values = Object.fromEntries(Object.entries(answers).map(([block, value]) => [block, { value }]));
      const container = { type: 'view', view_id: view.id };
      if ('block' in what)
        return test.driver.post('action', {
          as,
          container,
          block_id: what.block,
          action_id: 'value',
          value: what.value,
          values: { ...values, [what.block]: { value: what.value } },
        });
      const blocks = view.blocks as unknown as readonly Block[];
      const found = blocks.find((b) => [b.accessory, ...(b.elements ?? [])].some((e) => e?.action_id === what.action));
      if (found === undefined) throw new Error(`no ${what.action} in the modal of ${as}`);
      const element = [found.accessory, ...(found.elements ?? [])].find((e) => e?.action_id === what.action);
      return test.driver.post('action', {
        as,
        container,
        block_id: found.block_id,
        action_id: what.action,
        value: element?.value ?? null,
        values,
      });
    },
    /** Opens the home tab of a person. */
    async home(as: string) {
      // The event goes out after the page got its answer, so its acknowledgement is awaited.
      const acked = async () =>
        (await test.driver.state(as)).trace.filter((t) => t.kind === 'event' && t.acks.length > 0).length;
      const before = await acked();
      await test.driver.post('open', { as, tab: 'home' });
      for (let look = 0; look < 500 && (await acked()) <= before; look++) await stage.settle();
      await stage.settle();
      return stage.homeShown(as);
    },
    /** The home tab as it stands there. */
    async homeShown(as: string) {
      const { home } = (await test.driver.state(as)) as unknown as {
        readonly home: { readonly id: string; readonly blocks: readonly Block[] };
      };
      return home;
    },
    /** Presses a button of the home tab as it was opened last; `about`: what the button's value holds. */
    async pressHome(as: string, action: string, about = '') {
      const { id, blocks } = await stage.homeShown(as);
      for (const block of blocks)
        for (const element of block.elements ?? [])
          if (element.action_id?.startsWith(action) === true && (element.value ?? '').includes(about))
            return test.driver.post('action', {
              as,
              container: { type: 'view', view_id: id },
              block_id: block.block_id,
              action_id: element.action_id,
              value: element.value,
              values: {},
            });
      throw new Error(`no ${action} in the home tab of ${as}`);
    },
    /** Presses a button of what a person was whispered last that has it; `action` is how its id begins. */
    async pressWhispered(as: string, action: string) {
      const { ephemerals } = await test.driver.state(as);
      for (const { ts, channel, blocks } of ephemerals.toReversed())
        for (const block of blocks ?? [])
          for (const element of block.elements ?? [])
            if (element.action_id?.startsWith(action) === true)
              return test.driver.post('action', {
                as,
                container: { type: 'message', channel, ts },
                block_id: block.block_id,
                action_id: element.action_id,
                value: element.value,
                values: {},
              });
      throw new Error(`no ${action} was whispered to ${as}`);
    },
    press: (as: string, action: string, channel = 'C0COMMITTEE') => test.driver.press(as, channel, action),
    /** What was whispered to a person last. */
    async whispered(as: string): Promise<string> {
      return (await test.driver.state(as)).ephemerals.at(-1)?.text ?? '';
    },
    /** Direct messages of a person, newest last. */
    async told(as: string): Promise<readonly string[]> {
      const channel = `D${as.slice(1)}`;
      return (await test.driver.state(as)).messages
        .filter((m) => m.channel === channel && m.user === 'U0COUNTERSIGN')
        .map((m) => `${m.text} ${JSON.stringify(m.blocks)}`);
    },
    async notes(): Promise<readonly string[]> {
      const { messages } = await test.driver.state('U0CISO');
      return messages.filter((m) => m.channel === 'C0COMMITTEE' && m.thread_ts !== undefined).map((m) => m.text);
    },
    async cards(shortId: string) {
      const { messages } = await test.driver.state('U0CISO');
      return messages.filter(
        (m) => m.channel === 'C0COMMITTEE' && m.thread_ts === undefined && m.text.startsWith(shortId),
      );
    },
    async card(shortId: string): Promise<string> {
      return JSON.stringify((await stage.cards(shortId)).at(-1) ?? null);
    },
    async record(shortId: string): Promise<RequestRecord> {
      const found = await test.server.core.stores.ledger.findRequest(shortId);
      const record = found === null ? null : await test.server.core.desk.read(found.id);
      if (record === null) throw new Error(`${shortId} is not there`);
      return record;
    },
    async request(shortId: string): Promise<SubmittedState> {
      return (await stage.record(shortId)).state;
    },
    async person(user: string): Promise<string> {
      return test.server.core.stores.people.personFor(user, null);
    },
    /** Opens a form with a command and submits it. */
    async ask(as: string, command: string, answers: Answers) {
      await stage.command(as, command);
      // As the page does: a choice that leads to another tier draws the form anew, with the evidence it wants.
      for (const [block, value] of Object.entries(answers))
        if (block.startsWith('answers.') && value === 'yes') await stage.use(as, { block, value }, answers);
      return stage.submit(as, answers);
    },
    async vote(as: string, shortId: string, answers: Answers) {
      await stage.command(as, `vote ${shortId}`);
      return stage.submit(as, answers);
    },
    async approve(shortId: string, ...voters: readonly string[]) {
      for (const voter of voters) await stage.vote(voter, shortId, { choice: 'approve', reason: 'Looked at it.' });
    },
    async refusals(): Promise<readonly { readonly action: string; readonly reason: string }[]> {
      const { rows } = await test.database.pool.query('SELECT action, reason FROM refusal ORDER BY at');
      return rows as { action: string; reason: string }[];
    },
  };
  return stage;
}
