/**
 * Everyday words, in two kinds. Neutral words are speech: an item need not have them to be about the question. Foreign
 * words name subjects of other departments or of life: a question with one is about something else, unless the library
 * uses the word itself.
 */
const NEUTRAL = `
  able afterward assign reset variable accept accord achieve across act actual actually add after again against ago ahead aim alive allow almost alone along
  already alright also always amount anyway anyways apart apply approach around arrive aside attend attention avoid aware
  away babysit back bad badly bare basic basically bear beat become before beforehand begin behave behind believe belong
  below beneath benefit beside best better between beyond big bigger birth blow bother bottom brand break bring broken brief
  broad buddy bunch call calm careful case cause certain chance change check choose claim class clean clear clever climb
  close come comfortable common compare compulsory concern conclude consider constantly contain continue contribute correct
  count couple course cover crazy cross current currently cut cutting danger date day deal decent deep deeply definitely
  depend describe deserve desk different difficult dirty directly disagree dodgy done doubt down drag draw drive drop due
  duty each ear earlier early easily easy effort eh either else elsewhere encompass end enough ensure enter entire enumerate
  equal especially even ever every everyday everywhere exact exactly example excuse exist expand expect extra eye fact fail
  fairly fall false familiar far fast faster favour feel few fewer figure fill final finally find fine finger finish finished
  first fit fix flip folk folks follow foot forbid forbidden foresee foreseen forever forget form former forth forward
  frequency full fully fun further future gain gather general generally give glad goal going gonna good goodness gotta grab
  great grip guess guy guys half hand hands handle hang happen happy hard hardly hate head headed hear heavy help helpful
  hence hidden hire hit hold honest hook hop hope hot hour however huge hundred hunt hurt idea ideally imagine immediately
  important improve incomplete indeed info inside instance instead insufficient intend intention involve item job join
  judge jump just justify keep kick kindly know lack land large largely last late later latest lay lead leap learn least
  leave left legwork less letter lie life like likely line little live load long longer look looking loose lose lot lots
  love low lower lucky magic main mainly major makes manner many mark massive mate matter maximum may maybe mean meant
  meanwhile meet mention mere merely mess mind mine minimum minute miss misbehave mission mix modern moment month monthly
  more most mostly mouth move much myself name namely nasty natural near nearly neat necessarily necessary neck neither net
  never new newbie newcomer next nice nobody none nor normal normally nose note nothing notice now nowadays nowhere number
  numeric nutshell obey object obligation obligatory oblige obviously occasion odd offer often okay old once ongoing
  onwards open opposite option optional order ordinary original ourselves outside over overall owe owing page pain pair part
  particular particularly partly party pass past path pay people per percent perfect perhaps period permit person pick piece
  place plain plate play plenty plus point polite poor pop position possible possibly post practical practically practise
  prefer present pretty prevent previous probably problem proper properly proud prove provide pull purpose push put quarter
  question quick quickly quite quota raise range rare rarely rather reach read ready real realise really reason reasonable
  receive recent recheck redo refer reference regard regardless regular relate related relax relevant rely remain remember
  remind replace reply respect rest result return right rip roll room rough roughly rule rules run rush sake same save say
  scared scope seat second section seem seen self sense separate separately serious serve set settle several shall shape
  share sharp shift shop short shortly should shout show shut sick side sign silently similar simple simply since single sit
  situation size sleeve slightly sloppy slow small smart so solve somebody somehow somewhere soon sorry sound speak special
  specific specifically spell spot square stake stand start starter stay step stick still stop straight strange stretch
  strict strong stronger stupid such sudden suggest suggested suitable sum summarise summary suppose supposed sure
  surprise swap switch tackle take talk teach tech tell tend terms thank thanks their then theory therefore thing think
  thorough though thousand thousands throughout throw tie tight till time tiny tip together tolerate tomorrow tongue tonight
  too top total totally touch tough toward towards transfer tricky trouble true truly trust try turn twice type typical
  ultimately under undergo understand undone unless until untouched unusual upkeep upon upper upset urge useful useless
  usual usually various vary vast versus voluntary wait walk wanna want warn watch way week weekly weird welcome whatever
  whenever wherever whether while white whole whom why wide wild willing win wise wish within wonder word words work worry worse
  worst worth wrong year yearly yep yes yet yourself zero
  obviously pls plz thx cheers btw fyi asap dev exec sec info e g i.e tbh imo afaik rn ppl smth smb gonna wanna kinda sorta
  upfront downstream folks bosses boss colleague colleagues coworker newbies noob rookie trainee staff crew gang bunch
  input inputs advice guidance blame blamed loop voice feedback
  legwork heavy lifting sleeves roll charge reins lead helm spearhead babysitting behalf
`;

const FOREIGN = `
 accountant accounting advert advertisement advertising airline airport alcohol apartment
 bakery balcony ballot baseball basketball beach beer bicycle bike birthday blockchain bitcoin bonus
 bookkeeping brochure cafe cafeteria cake calculator canteen carpool catering cat
 championship chess childcare chocolate christmas church cinema clothes coffee commute
 concert cook cooking copier cricket currency dance dating dentist dinner
 diploma dividend dog donation dress ebay electrician elevator erp espresso
 facebook festival film food football fridge funeral
 furniture garage girlfriend golf grocery guitar gym hackathon hairdresser haircut
 hockey holiday honeymoon horoscope hospitality hotel ikea instagram
 invoice jewelry joke kindergarten kitchen landlord laptop lease leasehold leaving letterhead logo lottery
 lunch magazine mailbox mailroom marriage massage maternity meal merchandise microwave
 motorbike movie museum music netflix newsletter newspaper novel olympic opera
 orchestra overtime painter parking passport paternity payroll payslip pension piano
 pizza plumber podcast poem poetry postage postcard printer pub
 radio railway receptionist recipe restaurant revenue
 salary salesman salesperson scooter shareholder shirt shoe shopping singer skiing smoking soccer song souvenir
 spa sponsor stadium stationery sugar sunday supermarket swimming taxi tax tea
 television tennis theater theatre toilet tournament toy
 tshirt tuition turnover uber vacation vegan vegetarian visa volleyball wage warehouse
 weather webinar website wedding whatsapp wifi wine workout youtube zoo
 pytorch tensorflow sklearn keras lstm cnn rnn gan backpropagation hyperopt softmax photoshop
 android iphone ipad macbook playstation xbox linkedin tiktok twitter reddit spotify airbnb
 carbon footprint electricity rto rpo url geographically podcast
 scrum cooling deepseek claude llama mistral kpmg deloitte accenture mckinsey gartner
`;

const setOf = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));
const neutral = setOf(NEUTRAL);
const foreign = setOf(FOREIGN);

/** The word itself or what it is without an ending; stems would bring `accounting` and `accountable` together. */
function isIn(set: ReadonlySet<string>, word: string): boolean {
  if (set.has(word)) return true;
  const bare = word.replace(/(?:s|ed|d|ing|ly)$/, '');
  return (
    bare.length > 2 &&
    (set.has(bare) || set.has(`${bare}e`) || (bare.at(-1) === bare.at(-2) && set.has(bare.slice(0, -1))))
  );
}

/** Is the word one of speech rather than of a topic? */
export function isNeutral(word: string): boolean {
  return isIn(neutral, word);
}

/** Does the word name a subject of life or of another department? Whether the library uses it is the caller's to see. */
export function isForeignTopic(word: string): boolean {
  return foreign.has(word) || foreign.has(word.replace(/s$/, ''));
}
