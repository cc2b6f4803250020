/**
 * Languages people may ask in: how one is recognised, the word that asks for a person, and a polite hint. Data; a
 * language is added by a row. Words that are English words too are left out.
 */

/** A language that was recognised. */
export type Language = {
  /** English name, as it is put to a language model. */
  readonly name: string;
  /** What is said when the question cannot be answered in this language. */
  readonly hint: string;
};

type Row = Language & {
  /** Function words. */
  readonly words: readonly string[];
  /** Question words for a person or body. */
  readonly who: readonly string[];
  /** Letters that hardly any other language here uses. */
  readonly letters?: RegExp;
};

const row = (name: string, words: string, who: string, hint: string, letters?: RegExp): Row => ({
  name,
  hint,
  words: words.split(' '),
  who: who.split(' '),
  ...(letters === undefined ? {} : { letters }),
});

const LATIN: readonly Row[] = [
  row(
    'German',
    'der das dem ist sind und für nicht wie wir ein eine einen einer eines einem welche welcher welches muss müssen darf dürfen kann können wird werden bei mit von zu auf zum zur ich unser unsere wo wann warum gibt sagt steht laut verlangt gilt zwischen verantwortlich zuständig',
    'wer wen wem',
    'Bitte fragen Sie auf Englisch: Ohne Sprachmodell verstehe ich Deutsch nicht gut genug, um richtig zu antworten.',
    /[ßäöü]/i,
  ),
  row(
    'French',
    'est les une des du pour quel quelle quels quelles dans avec nous notre nos sont pas doit doivent peut pouvons où quand comment pourquoi que quoi cette ces sur aux le la',
    'qui',
    'Merci de poser la question en anglais : sans modèle de langue, je ne comprends pas assez bien le français pour répondre juste.',
    /[œçêèùû]|\b[ldjnsm]'[a-zéèê]/i,
  ),
  row(
    'Spanish',
    'el los las una para por qué que cuál cuáles cómo cuándo dónde son es del nuestro nuestra debe deben puede pueden está la',
    'quién quiénes quien quienes',
    'Por favor, pregunte en inglés: sin un modelo de lenguaje no entiendo el español lo bastante bien para responder con acierto.',
    /[ñ¿¡]/,
  ),
  row(
    'Italian',
    'il gli una della delle dei del nel quale quali quando dove sono deve devono può è che cosa di alla nostro nostra la',
    'chi',
    "Per favore, chieda in inglese: senza un modello linguistico non capisco l'italiano abbastanza bene per rispondere correttamente.",
    /[ìò]|\b(?:dell|nell|all|l|un)'[a-zàè]/i,
  ),
  row(
    'Portuguese',
    'uma para por qual quais como quando onde são não com nosso nossa deve devem pode é que da das ao em',
    'quem',
    'Por favor, pergunte em inglês: sem um modelo de linguagem não entendo português bem o bastante para responder certo.',
    /[ãõ]/,
  ),
  row(
    'Dutch',
    'het een van voor niet welke moet moeten mogen zijn wij onze hoe waar wanneer waarom bij aan er wordt worden kan dat deze en',
    'wie',
    'Stel uw vraag alstublieft in het Engels: zonder taalmodel begrijp ik Nederlands niet goed genoeg om juist te antwoorden.',
  ),
  row(
    'Polish',
    'jest są nie czy jak kiedy gdzie dlaczego dla przez który która które musi muszą może można się za nasz nasze',
    'kto kogo komu',
    'Proszę zapytać po angielsku: bez modelu językowego nie rozumiem polskiego na tyle dobrze, by odpowiedzieć poprawnie.',
    /[łąęśżźćń]/i,
  ),
  row(
    'Swedish',
    'är och inte hur vad vilka vilken vilket måste får kan ska vår våra för med på av ett en när varför det som',
    'vem vilka',
    'Ställ gärna frågan på engelska: utan språkmodell förstår jag inte svenska tillräckligt bra för att svara rätt.',
    /[å]/i,
  ),
  row(
    'Turkish',
    'bir için nasıl ne zaman nerede neden hangi mı ile gerekir olan değil',
    'kim kimin kimler',
    'Lütfen İngilizce sorun: dil modeli olmadan Türkçeyi doğru yanıt verecek kadar iyi anlamıyorum.',
    /[ışğİ]/,
  ),
  row(
    'Czech',
    'je jsou není jak kdy kde proč který která které musí může při nebo náš naše za',
    'kdo koho',
    'Zeptejte se prosím anglicky: bez jazykového modelu nerozumím česky dost dobře na to, abych odpověděl správně.',
    /[řěů]/i,
  ),
];

/** By script, the first that fits: kana before Han, which both use. */
const SCRIPTS: readonly (Row & { readonly script: RegExp })[] = [
  {
    ...row(
      'Japanese',
      '',
      '誰 だれ',
      '英語でご質問ください。言語モデルがないと、日本語を正しく答えられるほど理解できません。',
    ),
    script: /[\p{Script=Hiragana}\p{Script=Katakana}]/u,
  },
  {
    ...row('Chinese', '', '谁 誰 哪个部门', '请用英语提问：没有语言模型，我对中文的理解不足以给出正确的回答。'),
    script: /\p{Script=Han}/u,
  },
  {
    ...row(
      'Korean',
      '',
      '누가 누구',
      '영어로 질문해 주세요. 언어 모델 없이는 한국어를 정확히 답할 만큼 이해하지 못합니다.',
    ),
    script: /\p{Script=Hangul}/u,
  },
  {
    ...row(
      'Ukrainian',
      '',
      'хто',
      'Будь ласка, запитайте англійською: без мовної моделі я не розумію українську достатньо, щоб відповісти правильно.',
    ),
    script: /[іїєґ]/iu,
  },
  {
    ...row(
      'Russian',
      '',
      'кто',
      'Пожалуйста, спросите по-английски: без языковой модели я понимаю русский недостаточно, чтобы ответить верно.',
    ),
    script: /\p{Script=Cyrillic}/u,
  },
  {
    ...row(
      'Greek',
      '',
      'ποιος ποιοι',
      'Παρακαλώ ρωτήστε στα αγγλικά: χωρίς γλωσσικό μοντέλο δεν καταλαβαίνω τα ελληνικά αρκετά καλά για να απαντήσω σωστά.',
    ),
    script: /\p{Script=Greek}/u,
  },
  {
    ...row(
      'Arabic',
      '',
      'من',
      'يُرجى طرح السؤال بالإنجليزية: من دون نموذج لغوي لا أفهم العربية بما يكفي للإجابة الصحيحة.',
    ),
    script: /\p{Script=Arabic}/u,
  },
  {
    ...row('Hebrew', '', 'מי', 'נא לשאול באנגלית: ללא מודל שפה איני מבין עברית היטב דיי כדי לענות נכון.'),
    script: /\p{Script=Hebrew}/u,
  },
  {
    ...row(
      'Hindi',
      '',
      'कौन किसकी',
      'कृपया अंग्रेज़ी में पूछें: भाषा मॉडल के बिना मैं हिन्दी इतनी अच्छी तरह नहीं समझता कि सही उत्तर दे सकूँ।',
    ),
    script: /\p{Script=Devanagari}/u,
  },
];

/** Any other script. */
const UNKNOWN: Language = {
  name: 'the language of the question',
  hint: 'Please ask in English; without a language model I cannot read other languages well enough to be right.',
};

const ENGLISH = new Set(
  'the is are was were what who whom which how of to for do does did we our i must when where why can should an if and not by on it its have has there this that'.split(
    ' ',
  ),
);

/** Words that carry no topic in any of these languages. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  [...LATIN, ...SCRIPTS].flatMap(({ words, who }) => [...words, ...who]).filter((word) => word !== ''),
);

const wordsIn = (text: string): readonly string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];

/** The language of a question that is not English; null for English and for what cannot be told. */
export function languageOf(text: string): Language | null {
  return rowOf(text.slice(0, 2_000));
}

/** Does a question in another language ask for a person or body? */
export function asksWhoIn(text: string): boolean {
  const found = rowOf(text.slice(0, 2_000));
  if (found === null || !('who' in found)) return false;
  if (SCRIPTS.some((one) => one.name === found.name))
    return found.who.some((word) => text.toLowerCase().includes(word));
  return wordsIn(text)
    .slice(0, 3)
    .some((word) => found.who.includes(word));
}

function rowOf(text: string): Row | Language | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (letters >= 2 && latin < letters / 2) return SCRIPTS.find(({ script }) => script.test(text)) ?? UNKNOWN;
  const words = wordsIn(text);
  const distinct = new Set(words);
  const english = [...distinct].filter((word) => ENGLISH.has(word)).length;
  let best: Row | null = null;
  let most = english;
  for (const one of LATIN) {
    const hits = [...one.words, ...one.who].filter((word) => distinct.has(word)).length;
    const asks = one.who.includes(words[0] ?? '') ? 1 : 0;
    const score = hits + asks + (one.letters?.test(text) ? 1 : 0);
    if (score >= 2 && score > most) {
      best = one;
      most = score;
    }
  }
  return best;
}
