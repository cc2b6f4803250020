/** Which statements of an item answer a question. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import type { Aspect } from '#src/knowledge/schema.ts';
import type { Query } from '../query.ts';
import type { SearchIndex } from '../search-index.ts';
import { topicStems } from '../text.ts';
import type { Frame } from '../understand/frame.ts';

/** One statement with how well it fits. */
export type Scored = {
  readonly index: number;
  readonly aspect: Aspect;
  readonly text: string;
  readonly score: number;
  readonly similarity: number;
  /** Share of the question's words that it has, 0..1; words that few statements of the item have weigh most. */
  readonly sharpness: number;
};

/** Words of a question that point at an aspect of a section. */
const ASPECT_WORDS: readonly { readonly aspects: readonly Aspect[]; readonly words: RegExp }[] = [
  { aspects: ['criteria'], words: /\bmetrics?\b|\bkpis?\b|\bmeasur\w*|\bevaluat\w*|\bcriteri\w*|\bjudged?\b|\beffective\w*|\bsuccess\w*|\bindicators?\b|\btarget\w*|\bhow (?:do|can) (?:we|you|i) (?:know|tell)\b|\bgoals?\b|\bthoroughness\b|\bgood\b|\bquality\b/ },
  { aspects: ['monitoring'], words: /\bmonitor\w*|\bwatch\w*|\breport\w*|\balert\w*|\btrack\w*|\bkeep an eye\b|\bsurveil\w*|\bobserv\w*/ },
  { aspects: ['access-control'], words: /\baccess\w*|\bwho (?:may|can|is allowed|should be able)\b|\bpermission\w*|\brestrict\w*|\ballowed\b|\bauthori[sz]ed\b|\btouch\b|\bmodify\b|\bcan (?:any|every)\w*\b|\brights\b|\bmay\b/ },
  { aspects: ['strategy', 'requirement'], words: /\bstrateg\w*|\bimplement\w*|\bhow (?:do|should|can|to|would)\b|\bsteps?\b|\brecommend\w*|\bpractices?\b|\bapproach\w*|\bset up\b|\bsuggest\w*|\badvi[cs]e\b|\brequire\w*|\bneed\b|\bdo about\b|\bshould\b|\bmust\b|\bhave to\b|\bput in place\b/ },
  { aspects: ['technique', 'example'], words: /\btechniques?\b|\bmethods?\b|\btools?\b|\bmechanisms?\b|\btechnolog\w*|\bprotocols?\b|\bproducts?\b|\bkinds? of\b|\btypes? of\b|\bfeatures?\b|\bcryptograph\w*|\bbuilding blocks\b|\blist\b/ },
  { aspects: ['guardrails'], words: /\bguardrails?\b|\bstandards?\b|\bframeworks?\b|\bnist\b|\biso\b|\bowasp\b|\bcis\b|\bbenchmarks?\b/ },
  { aspects: ['definition', 'scope'], words: /\bwhat (?:is|are)(?: an?| the)?\b|\bwhats\b|\bdefin\w*|\bmean(?:s|ing|t)?\b|\bexplain\b|\bdifference\b|\bcover\w*|\binclude\w*|\bcontain\w*|\bbelong\w*|\bcompris\w*|\bapply\b|\bapplies\b|\bscope\b|\bin plain\b/ },
  { aspects: ['reason', 'purpose', 'risk'], words: /\bwhy\b|\bpurpose\b|\bpoint\b|\breasons?\b|\bbenefits?\b|\bbother\b|\bmatters?\b|\bprevent\w*|\bgood for\b|\bwhat for\b|\brisks?\b|\bdanger\w*|\bthreats?\b|\bhappens? if\b|\baim\b|\bgoal\b|\bprotect\w*/ },
  { aspects: ['reason', 'scope'], words: /\bwhen\b|\bin (?:which|what) (?:cases?|situations?)\b|\bcircumstances\b/ },
  { aspects: ['example'], words: /\bexamples?\b|\be\.?g\b|\bnamed?\b|\bsuch as\b|\binstances?\b|\bmention\w*/ },
  { aspects: ['audit'], words: /\baudit\w*|\bassessor\w*|\bverif\w*|\bexamin\w*|\binspect\w*|\bevidence\b/ },
  { aspects: ['lifecycle'], words: /\blife ?-?cycle\b|\bphases?\b|\bstages?\b|\bretir\w*/ },
  { aspects: ['question'], words: /\bcaiq\b|\bquestion(?:naire)?s?\b|\bself[- ]assess\w*/ },
  { aspects: ['ownership', 'role'], words: /\bwho\b|\bwhom\b|\bwhose\b|\bowner\w*|\bowns?\b|\bresponsib\w*|\baccountab\w*|\bteam\b|\brole\b|\bbody\b|\bboard\b|\bcommittee\b/ },
  { aspects: ['mapping', 'gap'], words: /\bmap\w*|\baddend\w*|\bgaps?\b|\bmissing\b|\bempty\b|\bblank\b/ },
  { aspects: ['step', 'documentation', 'asset', 'task'], words: /\bsteps?\b|\bdocument\w*|\bassets?\b|\bclassif\w*|\btasks?\b|\blabel\w*|\bconfidential\w*/ },
]; // biome-ignore format: a table

/** Aspects that are never volunteered: they answer only a question about them. */
const SHY: readonly Aspect[] = ['gap', 'note', 'mapping', 'question', 'guardrails', 'ownership', 'role'];

/** The aspects a question asks about. */
export function aspectsAsked(frame: Frame): readonly Aspect[] {
  const { lower } = frame;
  return [...new Set(ASPECT_WORDS.filter(({ words }) => words.test(lower)).flatMap(({ aspects }) => aspects))];
}

/** Scores each statement of an item against the query and the aspects asked for. */
export function scoreStatements(
  index: SearchIndex,
  item: LibraryItem,
  query: Query,
  asked: readonly Aspect[],
): readonly Scored[] {
  const title = new Set(topicStems(item.title));
  let whole = 0;
  for (const [word, weight] of query.weights) if (!title.has(word) && weight === 1) whole += index.idf(word);
  const stems = item.statements.map(({ text }) => new Set(topicStems(text)));
  const rarity = rarityWithin(stems, query);
  const sum = [...rarity].reduce((total, [word, value]) => total + (query.own.includes(word) ? value : 0), 0);
  return item.statements.map((statement, position): Scored => {
    const own = stems[position] ?? new Set();
    let similarity = 0;
    let sharpness = 0;
    for (const [word, weight] of query.weights) {
      if (!own.has(word)) continue;
      similarity += weight * index.idf(word) * (title.has(word) ? 0.25 : 1);
      sharpness += weight * (rarity.get(word) ?? 0);
    }
    similarity /= Math.max(1, whole);
    sharpness = sum === 0 ? 0 : Math.min(1, sharpness / sum);
    const bonus = asked.includes(statement.aspect) ? 0.5 : SHY.includes(statement.aspect) ? -0.4 : 0;
    const score = similarity + bonus;
    return { index: position, aspect: statement.aspect, text: statement.text, score, similarity, sharpness };
  });
}

/** How rare each of the query's words is among the statements of one item; words that none of them has are left out. */
function rarityWithin(stems: readonly ReadonlySet<string>[], query: Query): ReadonlyMap<string, number> {
  const rarity = new Map<string, number>();
  for (const word of query.weights.keys()) {
    const uses = stems.filter((one) => one.has(word)).length;
    if (uses > 0) rarity.set(word, Math.log(1 + stems.length / (1 + uses)));
  }
  return rarity;
}

/** Statements that hold a number or say that there is none. */
export function hasFigure(text: string): boolean {
  return /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|annual\w*|yearly|every year|quarterly|monthly|weekly|daily|regular\w*|continuous\w*|periodic\w*|once|twice|no number|no figure|no fixed|no target)\b/i.test(
    text,
  );
}
