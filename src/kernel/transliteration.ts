/**
 * The characters that payment systems share: EPC217-08, SWIFT's character set X without line ends.
 * A bank that asks for "Latin characters" takes these and no other.
 */
const SHARED = /^[A-Za-z0-9/?:().,'+ -]*$/;

/**
 * Names whose usual spelling no letter-by-letter table gives, because Arabic writes no short
 * vowels. In Latin as Moroccan civil registers spell them. Matched on whole words, after `plain`.
 */
const NAMES: ReadonlyMap<string, string> = new Map(
  `محمد Mohamed|احمد Ahmed|محمود Mahmoud|حسن Hassan|حسين Houcine|علي Ali|عمر Omar|عثمان Othmane|يوسف Youssef|ابراهيم Brahim|اسماعيل Ismail
ادريس Driss|سعيد Said|رشيد Rachid|كريم Karim|مصطفى Mustapha|خالد Khalid|هشام Hicham|عزيز Aziz|لحسن Lahcen|الحسن El Hassan|الحسين El Houcine|نور Nour|الدين Eddine|عبد Abd|الله Allah|عبدالله Abdellah
عبدالرحمان Abderrahmane|عبدالعزيز Abdelaziz|عبدالكريم Abdelkrim|عبدالقادر Abdelkader|بوشعيب Bouchaib|جمال Jamal|طارق Tarik|سمير Samir|منير Mounir|حميد Hamid|مراد Mourad|انس Anas|ياسين Yassine|امين Amine|ايوب Ayoub
فاطمة Fatima|الزهراء Zahra|فاطمةالزهراء Fatima-Zahra|عائشة Aicha|خديجة Khadija|زينب Zineb|مريم Meryem|نعيمة Naima|لطيفة Latifa|سميرة Samira|حفيظة Hafida|رشيدة Rachida|السعدية Saadia|حنان Hanane|لبنى Loubna|نادية Nadia
مليكة Malika|جميلة Jamila|حياة Hayat|امينة Amina|سعاد Souad|نجاة Najat|حليمة Halima|رقية Rkia|يامنة Yamna|ثريا Touria|كريمة Karima|سناء Sanaa|هند Hind|سلمى Salma|بن Ben|بنت Bent|ايت Ait|ابو Abou|بو Bou|ولد Ould`
    .split(/[|\n]/)
    .map((pair): [string, string] => [
      pair.slice(0, pair.indexOf(' ')),
      pair.slice(pair.indexOf(' ') + 1),
    ]),
);

/**
 * Letters of Arabic script, French spelling as on Moroccan identity documents; vowel signs where
 * they are written.
 */
const ARABIC: Readonly<Record<string, string>> = {
  ا: 'a',
  أ: 'a',
  إ: 'i',
  آ: 'a',
  ٱ: 'a',
  ب: 'b',
  ت: 't',
  ث: 'th',
  ج: 'j',
  ح: 'h',
  خ: 'kh',
  د: 'd',
  ذ: 'd',
  ر: 'r',
  ز: 'z',
  س: 's',
  ش: 'ch',
  ص: 's',
  ض: 'd',
  ط: 't',
  ظ: 'd',
  ع: 'a',
  غ: 'gh',
  ف: 'f',
  ق: 'k',
  ك: 'k',
  ل: 'l',
  م: 'm',
  ن: 'n',
  ه: 'h',
  و: 'ou',
  ي: 'i',
  ى: 'a',
  ة: 'a',
  ء: '',
  ؤ: 'ou',
  ئ: 'i',
  پ: 'p',
  چ: 'tch',
  ژ: 'j',
  ڤ: 'v',
  ڢ: 'f',
  ڧ: 'k',
  گ: 'g',
  ڭ: 'g',
  ک: 'k',
  ی: 'i',
  ہ: 'h',
  '\u064b': 'an',
  '\u064c': 'oun',
  '\u064d': 'in',
  '\u064e': 'a',
  '\u064f': 'ou',
  '\u0650': 'i',
  '\u0651': '',
  '\u0652': '',
  '\u0653': '',
  '\u0654': '',
  '\u0655': '',
  '\u0670': 'a',
  '\u0640': '',
  '٠': '0',
  '١': '1',
  '٢': '2',
  '٣': '3',
  '٤': '4',
  '٥': '5',
  '٦': '6',
  '٧': '7',
  '٨': '8',
  '٩': '9',
  '۰': '0',
  '۱': '1',
  '۲': '2',
  '۳': '3',
  '۴': '4',
  '۵': '5',
  '۶': '6',
  '۷': '7',
  '۸': '8',
  '۹': '9',
  '،': ',',
  '؛': ',',
  '؟': '?',
  '٫': '.',
  '٬': ' ',
};

/** Letters of Tifinagh (IRCAM), Amazigh's script. */
const TIFINAGH: Readonly<Record<string, string>> = {
  ⴰ: 'a',
  ⴱ: 'b',
  ⴳ: 'g',
  ⴷ: 'd',
  ⴹ: 'd',
  ⴻ: 'e',
  ⴼ: 'f',
  ⴽ: 'k',
  ⵀ: 'h',
  ⵃ: 'h',
  ⵄ: 'a',
  ⵅ: 'kh',
  ⵇ: 'k',
  ⵉ: 'i',
  ⵊ: 'j',
  ⵍ: 'l',
  ⵎ: 'm',
  ⵏ: 'n',
  ⵓ: 'ou',
  ⵔ: 'r',
  ⵕ: 'r',
  ⵖ: 'gh',
  ⵙ: 's',
  ⵚ: 's',
  ⵛ: 'ch',
  ⵜ: 't',
  ⵟ: 't',
  ⵡ: 'w',
  ⵢ: 'y',
  ⵣ: 'z',
  ⵥ: 'z',
  ⵯ: 'w',
};

/** Latin letters that no decomposition takes apart, and signs with a usual stand-in. */
const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  ł: 'l',
  Ł: 'L',
  þ: 'th',
  Þ: 'Th',
  ı: 'i',
  '&': '+',
  '@': '(at)',
  _: '-',
  '’': "'",
  '‘': "'",
  ʼ: "'",
  '`': "'",
  '´': "'",
  '–': '-',
  '—': '-',
  '\u2010': '-',
  '\u2011': '-',
  '[': '(',
  ']': ')',
  '{': '(',
  '}': ')',
};

const ARABIC_WORD = /[\u0620-\u06d3\u06ee-\u06ef]+(?:[\u0640-\u065f\u0670]+[\u0620-\u06d3]*)*/gu;
const TIFINAGH_WORD = /[\u2d30-\u2d7f]+/gu;

/** As NAMES has it: without vowel signs and tatweel, alefs and their hamzas alike. */
const plain = (word: string): string =>
  word.replace(/[\u0640\u064b-\u0655\u0670]/g, '').replace(/[أإآٱ]/g, 'ا');
const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
const spelled = (word: string, table: Readonly<Record<string, string>>): string =>
  Array.from(word, (letter) => table[letter] ?? '').join('');

function arabic(word: string): string {
  const name = NAMES.get(plain(word));
  if (name !== undefined) return name;
  if (/^ال\p{L}{2}/u.test(word)) return `El ${arabic(word.slice(2))}`;
  // Yeh opens a word as a consonant; elsewhere it is mostly the long vowel.
  const latin = word.startsWith('ي') ? `y${spelled(word.slice(1), ARABIC)}` : spelled(word, ARABIC);
  return capital(latin);
}

/**
 * Text in the characters that payment systems share. Arabic and Tifinagh are transliterated word by
 * word with the tables above, accents are taken off, what has no stand-in becomes a space. One way
 * only: who is meant is told by the end-to-end id, which stays as it is, and by the vault. Never
 * longer than needed, possibly empty.
 */
export function toLatin(text: string): string {
  if (SHARED.test(text)) return tidy(text);
  const latin = text
    .normalize('NFKC')
    .replace(ARABIC_WORD, arabic)
    .replace(TIFINAGH_WORD, (word) => capital(spelled(word, TIFINAGH)))
    .replace(
      /[^A-Za-z0-9/?:().,'+ -]/gu,
      (character) => LATIN[character] ?? ARABIC[character] ?? character,
    )
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9/?:().,'+ -]+/gu, ' ');
  return tidy(latin);
}

/** Slashes neither begin, end nor meet: SWIFT reads them as separators. */
const tidy = (text: string): string =>
  text
    .replace(/\/{2,}/g, '/')
    .replace(/\s+/g, ' ')
    .replace(/^[ /]+|[ /]+$/g, '');
