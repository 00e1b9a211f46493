/** Words of the reconciliation report. */
export const LANGUAGES = ['fr', 'ar', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const fr = {
  title: 'Rapport de rapprochement', programme: 'Programme', period: 'Mois', status: 'État', policy: 'Version des règles', preparedBy: 'Préparé par', approvedBy: 'Approuvé par', releasedBy: 'Libéré par',
  executionDate: "Date d'exécution", madeAt: 'Établi le', position: 'Position du journal', totals: 'Totaux', count: 'Nombre', amount: 'Montant', ordered: 'Ordonné', settled: 'Réglé', rejected: 'Rejeté', returned: 'Retourné',
  cancelled: 'Annulé', outstanding: 'En attente', holds: 'Ordonné = réglé + rejeté + retourné + annulé + en attente : vérifié', fails: 'Les totaux ne concordent pas', reasons: 'Motifs', code: 'Code', text: 'Libellé',
  files: 'Fichiers remis à la banque', message: 'Message', sha256: 'SHA-256', breaks: 'Écarts', kind: 'Nature', payment: 'Paiement', reported: 'Annoncé', since: 'Depuis', days: 'Jours', owner: 'Responsable', resolution: 'Résolution', by: 'Par', open: 'ouvert',
  bankSide: 'Du côté de la banque', bankSaid: 'Sorti du compte selon la banque', difference: 'Différence', differences: 'Différences', explained: 'Chaque différence a un écart nommé : vérifié', unexplained: 'Une différence n’a pas d’écart nommé', moreDifferences: 'd’autres différences ne figurent pas ici',
  none: 'Aucun', more: 'autres écarts ne figurent pas ici', signature: 'Nom, date et signature',
};
type Words = Readonly<Record<keyof typeof fr, string>>;

const en: Words = {
  title: 'Reconciliation report', programme: 'Programme', period: 'Month', status: 'Status', policy: 'Policy version', preparedBy: 'Prepared by', approvedBy: 'Approved by', releasedBy: 'Released by',
  executionDate: 'Execution date', madeAt: 'Made on', position: 'Log position', totals: 'Totals', count: 'Count', amount: 'Amount', ordered: 'Ordered', settled: 'Settled', rejected: 'Rejected', returned: 'Returned',
  cancelled: 'Cancelled', outstanding: 'Outstanding', holds: 'Ordered = settled + rejected + returned + cancelled + outstanding: it holds', fails: 'The totals do not agree', reasons: 'Reasons', code: 'Code', text: 'Text',
  files: 'Files handed to the bank', message: 'Message', sha256: 'SHA-256', breaks: 'Breaks', kind: 'Kind', payment: 'Payment', reported: 'Reported', since: 'Since', days: 'Days', owner: 'Owner', resolution: 'Resolution', by: 'By', open: 'open',
  bankSide: "The bank's side", bankSaid: 'Left the account, the bank says', difference: 'Difference', differences: 'Differences', explained: 'Every difference has a named break: verified', unexplained: 'A difference has no named break', moreDifferences: 'more differences are not shown here',
  none: 'None', more: 'more breaks are not shown here', signature: 'Name, date and signature',
};

const ar: Words = {
  title: 'تقرير المطابقة', programme: 'البرنامج', period: 'الشهر', status: 'الحالة', policy: 'نسخة القواعد', preparedBy: 'أعده', approvedBy: 'صادق عليه', releasedBy: 'أفرج عنه',
  executionDate: 'تاريخ التنفيذ', madeAt: 'حرر في', position: 'موضع السجل', totals: 'المجاميع', count: 'العدد', amount: 'المبلغ', ordered: 'المأمور به', settled: 'المسوى', rejected: 'المرفوض', returned: 'المرجع',
  cancelled: 'الملغى', outstanding: 'قيد الانتظار', holds: 'المأمور به = المسوى + المرفوض + المرجع + الملغى + قيد الانتظار: مطابق', fails: 'المجاميع غير متطابقة', reasons: 'الأسباب', code: 'الرمز', text: 'البيان',
  files: 'الملفات المسلمة للبنك', message: 'الرسالة', sha256: 'SHA-256', breaks: 'الفوارق', kind: 'النوع', payment: 'الأداء', reported: 'المعلن', since: 'منذ', days: 'الأيام', owner: 'المكلف', resolution: 'التسوية', by: 'من طرف', open: 'مفتوح',
  bankSide: 'من جهة البنك', bankSaid: 'الخارج من الحساب حسب البنك', difference: 'الفرق', differences: 'الفروق', explained: 'لكل فرق سبب مسجل: مطابق', unexplained: 'فرق بلا سبب مسجل', moreDifferences: 'فروق أخرى غير معروضة هنا',
  none: 'لا شيء', more: 'فوارق أخرى غير معروضة هنا', signature: 'الاسم والتاريخ والتوقيع',
};

export const words: Readonly<Record<Language, Words>> = { fr, ar, en };

/** Kinds of breaks and their resolutions in words; a kind without words is shown as it is. */
export const kinds: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'settled-after-rejected': { fr: 'réglé après rejet', ar: 'سوي بعد الرفض', en: 'settled after rejected' },
  'settled-after-returned': { fr: 'réglé après retour', ar: 'سوي بعد الإرجاع', en: 'settled after returned' },
  'settled-after-cancelled': { fr: 'réglé après annulation', ar: 'سوي بعد الإلغاء', en: 'settled after cancelled' },
  'settled-on-earlier-attempt': { fr: 'réglé sur une instruction antérieure', ar: 'سوي بناء على أمر سابق', en: 'settled on an earlier attempt' },
  'rejected-after-settled': { fr: 'rejeté après règlement', ar: 'رفض بعد التسوية', en: 'rejected after settled' },
  'amount-differs': { fr: 'montant différent', ar: 'مبلغ مختلف', en: 'another amount' },
  'outcome-before-instruction': { fr: "résultat avant l'instruction", ar: 'نتيجة قبل الأمر', en: 'outcome before the instruction' },
  'returned-after-rejected': { fr: 'retourné après rejet', ar: 'أرجع بعد الرفض', en: 'returned after rejected' },
  'other-contradiction': { fr: 'autre contradiction', ar: 'تناقض آخر', en: 'another contradiction' },
  'bank-error': { fr: 'erreur de la banque', ar: 'خطأ من البنك', en: "the bank's error" },
  'counted-as-settled': { fr: 'compté comme réglé', ar: 'احتسب مسوى', en: 'counted as settled' },
  'counted-as-returned': { fr: 'compté comme retourné', ar: 'احتسب مرجعا', en: 'counted as returned' },
  'recovered': { fr: 'recouvré', ar: 'استرجع', en: 'recovered' },
  'no-effect': { fr: 'sans effet', ar: 'بلا أثر', en: 'no effect' },
};

/** States of a cycle in words. */
export const states: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  opened: { fr: 'ouvert', ar: 'مفتوح', en: 'opened' },
  preparing: { fr: 'en préparation', ar: 'قيد الإعداد', en: 'being prepared' },
  prepared: { fr: 'préparé', ar: 'معد', en: 'prepared' },
  returned: { fr: 'renvoyé', ar: 'معاد', en: 'sent back' },
  approved: { fr: 'approuvé', ar: 'مصادق عليه', en: 'approved' },
  released: { fr: 'libéré', ar: 'مفرج عنه', en: 'released' },
  instructed: { fr: 'transmis à la banque', ar: 'محال على البنك', en: 'instructed' },
  reconciled: { fr: 'rapproché', ar: 'مطابق', en: 'reconciled' },
  closed: { fr: 'clos', ar: 'مقفل', en: 'closed' },
};
