/** Other languages: curated questions without a model, a hint where nothing is found, and a model's sentences checked. */
import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAiChatModel } from '#src/adapters/openai/chat-model.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import { asksWhoIn, languageOf } from '#src/answers/languages.ts';
import type { ModelCall } from '#src/answers/types.ts';
import { buildLibrary, type Library } from '#src/knowledge/library.ts';
import { changed, rawFiles, shippedLibrary } from './desk.ts';

const GERMAN = 'Wer verantwortet die schrittweise Einführung neuer Modelle?';
const SPANISH = '¿Qué hay que vigilar durante un despliegue gradual?';
const JAPANESE = 'カナリアリリースの責任者は誰ですか？';
const RUSSIAN = 'Кто отвечает за постепенный выпуск моделей?';
const ITEM = 'WP-2.6.1';

let shipped: Library;
let curated: Library;
beforeAll(async () => {
  shipped = await shippedLibrary();
  const files = changed(await rawFiles(), 'whitepaper/2.6-deployment.yaml', (data) => {
    for (const item of data['items'] as { id: string; questions?: string[] }[])
      if (item.id === ITEM) item.questions = [...(item.questions ?? []), GERMAN, SPANISH, JAPANESE, RUSSIAN];
  });
  curated = buildLibrary(files);
});

describe('curated questions work without a model', () => {
  test.each([
    GERMAN,
    'wer verantwortet schrittweise Einführung von neuen Modellen',
    SPANISH,
    'que vigilar durante el despliegue gradual',
    JAPANESE,
    RUSSIAN,
    'кто отвечает за постепенный выпуск моделей',
  ])('%s', async (question) => {
    expect((await createAnswerer({ library: shipped }).ask(question)).abstained).toBe(true);
    const answer = await createAnswerer({ library: curated }).ask(question);
    expect(answer).toMatchObject({ abstained: false, reason: null });
    expect(answer.citations[0]).toMatchObject({ id: ITEM, hash: curated.items.get(ITEM)?.hash });
  });

  test.each([GERMAN, JAPANESE, RUSSIAN])('%s asks for a role and is told it', async (question) => {
    const answer = await createAnswerer({ library: curated }).ask(question);
    expect(answer.roles?.accountable).toEqual(['Head of AI Operations', 'Chief Technology Officer']);
  });

  test('a question that only shares their words is not answered by them', async () => {
    const answer = await createAnswerer({ library: curated }).ask('Wer verantwortet die Kantine in Berlin?');
    expect(answer.abstained).toBe(true);
  });
});

describe('what is not understood gets a hint in its own language', () => {
  test.each<[string, string, RegExp]>([
    ['German', 'Wer genehmigt den Einkauf von Büromöbeln?', /^Bitte fragen Sie auf Englisch/],
    ['French', 'Qui approuve les achats de mobilier dans notre bureau ?', /en anglais/],
    ['Spanish', '¿Cuál es el presupuesto de muebles?', /en inglés/],
    ['Italian', 'Chi approva gli acquisti di mobili?', /in inglese/],
    ['Portuguese', 'Quem aprova as compras de móveis da empresa?', /em inglês/],
    ['Dutch', 'Wie keurt de aankoop van meubels voor het kantoor goed?', /in het Engels/],
    ['Polish', 'Kto zatwierdza zakupy mebli?', /po angielsku/],
    ['Swedish', 'Vem godkänner inköp av möbler till kontoret?', /på engelska/],
    ['Turkish', 'Ofis mobilyası için kim onay veriyor?', /İngilizce/],
    ['Czech', 'Kdo schvaluje nákupy nábytku pro kancelář?', /anglicky/],
    ['Japanese', '家具の購入は誰が承認しますか', /英語/],
    ['Chinese', '谁批准购买家具?', /英语/],
    ['Korean', '가구 구매는 누가 승인합니까?', /영어/],
    ['Russian', 'Кто утверждает покупку мебели?', /по-английски/],
    ['Ukrainian', 'Хто затверджує купівлю меблів її офісу?', /англійською/],
    ['Greek', 'Ποιος εγκρίνει τις αγορές επίπλων;', /αγγλικά/],
    ['Arabic', 'من يوافق على شراء الأثاث؟', /بالإنجليزية/],
    ['Hebrew', 'מי מאשר רכישת רהיטים?', /באנגלית/],
    ['Hindi', 'फर्नीचर की खरीद को कौन मंजूरी देता है?', /अंग्रेज़ी/],
    ['the language of the question', 'ใครอนุมัติการซื้อเฟอร์นิเจอร์', /^Please ask in English/],
  ])('%s', async (name, question, hint) => {
    expect(languageOf(question)?.name).toBe(name);
    const answer = await createAnswerer({ library: shipped }).ask(question);
    expect(answer).toMatchObject({ abstained: true, reason: 'other_language' });
    expect(answer.answer).toMatch(hint);
  });

  test.each([
    'who is accountable for canary releases?',
    'What about a chi-square test in fairness evaluation?',
    'is the van der Waals model in scope?',
    'GRC 05',
    'résumé screening: may we use it?',
    'who approves the el-niño forecast model',
    'die-cut models',
    '',
    '1.2.3?',
  ])('English stays English: %s', (question) => {
    expect(languageOf(question)).toBeNull();
    expect(asksWhoIn(question)).toBe(false);
  });

  test('every curated question of the library is taken for English', () => {
    const questions = [...shipped.items.values()].flatMap((item) => [item.title, ...item.aliases, ...item.questions]);
    expect(questions.length).toBeGreaterThan(1_000);
    expect(questions.filter((question) => languageOf(question) !== null)).toEqual([]);
  });
});

describe('with a model an answer comes in the language of the question, checked', () => {
  const QUESTION = 'Warum machen wir canary releases, und was bringen sie für das Risiko?';
  const TRANSLATED = 'Canary Releases halten das Risiko eines neuen Modells in der Produktion so klein wie möglich.';
  let mock: LLMock;
  beforeEach(async () => {
    mock = new LLMock({ port: 0 });
    await mock.start();
  });
  afterEach(() => mock.stop());

  const quote = (): string => shipped.items.get(ITEM)?.statements[1]?.text ?? '';
  const says = (sentence: string, english: readonly string[]) => {
    mock.onMessage(/^Question:[\s\S]*Passages:/, {
      content: JSON.stringify({ sentences: [{ sentence, cites: [{ id: ITEM, quote: quote() }] }] }),
    });
    mock.onMessage(/^Question:/, { content: '{"phrases":["canary releases reduce risk"]}' });
    mock.onMessage(/^1\. /, { content: JSON.stringify({ sentences: english }) });
  };
  const ask = async (question = QUESTION) => {
    const model = openAiChatModel({ apiKey: 'test', baseUrl: `${mock.url}/v1`, model: 'test-model', timeoutMs: 4_000 });
    const calls: ModelCall[] = [];
    const answerer = createAnswerer({ library: shipped, model });
    const { answer, steps } = await answerer.explain(question, { onModelCall: (call) => calls.push(call) });
    return { answer, calls, note: steps.find((step) => step.step === 'phrase')?.detail };
  };
  const sent = () => mock.getRequests().map((entry) => JSON.stringify(entry.body));

  test('a faithful sentence is shown in German', async () => {
    says(TRANSLATED, [quote()]);
    const { answer, calls } = await ask();
    expect(answer).toMatchObject({ mode: 'model', answer: TRANSLATED, abstained: false });
    expect(answer.citations[0]).toMatchObject({ id: ITEM, quote: quote() });
    expect(calls.map((call) => call.purpose)).toContain('check');
  });

  test('the call that reads it back knows neither the question nor the passages', async () => {
    says(TRANSLATED, [quote()]);
    await ask();
    const back = sent().filter((body) => body.includes(`1. ${TRANSLATED}`));
    expect(back).toHaveLength(1);
    expect(back[0]).not.toContain(QUESTION);
    expect(back[0]).not.toContain(quote());
  });

  test.each<[string, string, (quote: string) => readonly string[]]>([
    ['another statement', 'Der Einkauf genehmigt das Budget.', () => ['Purchasing approves the budget.']],
    ['a negation', 'Canary Releases halten das Risiko nicht klein.', (text) => [text.replace('keep', 'do not keep')]],
    [
      'a wider scope',
      'Alle Modelle müssen immer so eingeführt werden.',
      () => ['All models must always be released so.'],
    ],
    [
      'an invented role',
      'Der CISO genehmigt Canary Releases.',
      () => ['The Chief Information Security Officer approves canary releases.'],
    ],
    ['a number that the English does not have', 'Canary Releases senken das Risiko um 40 %.', (text) => [text]],
    ['an abbreviation that the English does not have', 'Der CISO hält das Risiko klein.', (text) => [text]],
    ['a link', 'Canary Releases: https://evil.example', (text) => [text]],
    ['a mention', '<!channel> Canary Releases halten das Risiko klein.', (text) => [text]],
    ['fewer sentences read back', TRANSLATED, () => []],
    ['more sentences read back', TRANSLATED, (text) => [text, text]],
    ['no reading back at all', TRANSLATED, () => ['']],
  ])('%s is dropped, and the answer from the source stands', async (_name, sentence, english) => {
    says(sentence, english(quote()));
    const { answer } = await ask();
    expect(answer.mode).not.toBe('model');
    expect(answer.answer).not.toContain(sentence);
    expect(answer.citations[0]?.id).toBe(ITEM);
  });

  test('when the reading back fails, the source stands and the log is told', async () => {
    mock.onMessage(/^Question:[\s\S]*Passages:/, {
      content: JSON.stringify({ sentences: [{ sentence: TRANSLATED, cites: [{ id: ITEM, quote: quote() }] }] }),
    });
    mock.onMessage(/^Question:/, { content: '{"phrases":["canary releases reduce risk"]}' });
    mock.onMessage(/^1\. /, { content: 'I would rather not.' });
    const { answer, note } = await ask();
    expect(answer.mode).not.toBe('model');
    expect(note).toBe('malformed');
  });

  test('an English question is neither translated nor read back', async () => {
    says(quote(), ['unused']);
    const { answer, calls } = await ask('why would we do canary releases?');
    expect(answer).toMatchObject({ mode: 'model', answer: quote() });
    expect(calls.map((call) => call.purpose)).toEqual(['phrase']);
    expect(sent().some((body) => body.includes('Language:'))).toBe(false);
  });

  test('what the model read and no document answers is an honest no, not a request for English', async () => {
    mock.onMessage(/^Question:/, { content: '{"phrases":[]}' });
    const { answer } = await ask('Wer genehmigt den Einkauf von Büromöbeln?');
    expect(answer).toMatchObject({ abstained: true, reason: 'not_in_documents' });
  });
});
