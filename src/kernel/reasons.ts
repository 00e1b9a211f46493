/** A text in the three languages of those who read it. */
export interface Texts {
  readonly fr: string;
  readonly ar: string;
  readonly en: string;
}

/**
 * ISO 20022 external status and return reason codes (ExternalStatusReason1Code,
 * ExternalReturnReason1Code) in words: those that credit transfers meet. English follows the names
 * of the code sets; French and Arabic are ours. Each line: code | English | French | Arabic.
 */
const TABLE = `
AB05|The creditor's bank did not answer in time|La banque du bénéficiaire n'a pas répondu à temps|لم يجب بنك المستفيد في الأجل
AB06|The instructing bank did not answer in time|La banque donneuse d'ordre n'a pas répondu à temps|لم يجب البنك الآمر في الأجل
AB08|The creditor's bank is offline|La banque du bénéficiaire est hors ligne|بنك المستفيد غير متصل
AB09|An error at the creditor's bank|Erreur à la banque du bénéficiaire|خطأ لدى بنك المستفيد
AC01|The account number is incorrect|Numéro de compte incorrect|رقم الحساب غير صحيح
AC02|The debtor's account number is invalid|Numéro de compte du donneur d'ordre invalide|رقم حساب الآمر غير صالح
AC03|The creditor's account number is invalid|Numéro de compte du bénéficiaire invalide|رقم حساب المستفيد غير صالح
AC04|The account is closed|Compte clos|الحساب مغلق
AC05|The debtor's account is closed|Compte du donneur d'ordre clos|حساب الآمر مغلق
AC06|The account is blocked|Compte bloqué|الحساب مجمد
AC07|The creditor's account is closed|Compte du bénéficiaire clos|حساب المستفيد مغلق
AC10|The debtor's account currency is invalid|Devise du compte du donneur d'ordre invalide|عملة حساب الآمر غير صالحة
AC11|The creditor's account currency is invalid|Devise du compte du bénéficiaire invalide|عملة حساب المستفيد غير صالحة
AC12|The account type is invalid|Type de compte invalide|نوع الحساب غير صالح
AC13|The debtor's account type is invalid|Type de compte du donneur d'ordre invalide|نوع حساب الآمر غير صالح
AC14|The creditor's account type is invalid|Type de compte du bénéficiaire invalide|نوع حساب المستفيد غير صالح
AC15|The account details have changed|Les coordonnées du compte ont changé|تغيرت بيانات الحساب
AC16|The card number is invalid|Numéro de carte invalide|رقم البطاقة غير صالح
AG01|This transaction is forbidden on this type of account|Opération interdite sur ce type de compte|العملية ممنوعة على هذا النوع من الحسابات
AG02|The bank operation code is invalid|Code opération bancaire invalide|رمز العملية البنكية غير صالح
AG03|This transaction type is not supported|Type d'opération non pris en charge|نوع العملية غير مدعوم
AG07|Taking the money failed|Le prélèvement des fonds a échoué|فشل اقتطاع المبلغ
AG09|The payment was not received|Paiement non reçu|لم يتم استلام الأداء
AG10|The agent is suspended|Établissement suspendu|المؤسسة موقوفة
AG11|The creditor's agent is suspended|Banque du bénéficiaire suspendue|بنك المستفيد موقوف
AG13|The agent is not allowed|Établissement non autorisé|المؤسسة غير مرخص لها
AM01|The amount is zero|Montant nul|المبلغ صفر
AM02|The amount is not allowed|Montant non autorisé|المبلغ غير مسموح به
AM03|The currency is not allowed|Devise non autorisée|العملة غير مسموح بها
AM04|Insufficient funds|Provision insuffisante|الرصيد غير كاف
AM05|The payment is a duplicate|Paiement en double|أداء مكرر
AM06|The amount is too low|Montant trop faible|المبلغ أقل من اللازم
AM07|The amount is blocked|Montant bloqué|المبلغ مجمد
AM09|The amount is wrong|Montant erroné|المبلغ خاطئ
AM10|The control sum is invalid|Somme de contrôle invalide|مجموع المراقبة غير صالح
AM11|The transaction currency is invalid|Devise de l'opération invalide|عملة العملية غير صالحة
AM12|The amount is invalid|Montant invalide|المبلغ غير صالح
AM13|The amount exceeds the limit of the clearing system|Montant supérieur au plafond du système de compensation|المبلغ يتجاوز سقف نظام المقاصة
AM14|The amount exceeds the limit agreed with the client|Montant supérieur au plafond convenu avec le client|المبلغ يتجاوز السقف المتفق عليه مع الزبون
AM18|The number of transactions is invalid|Nombre d'opérations invalide|عدد العمليات غير صالح
AM21|The amount exceeds an agreed limit|Montant supérieur à un plafond convenu|المبلغ يتجاوز سقفا متفقا عليه
BE01|The name does not match the account|Le nom ne correspond pas au compte|الاسم لا يطابق الحساب
BE04|The creditor's address is missing or wrong|Adresse du bénéficiaire absente ou erronée|عنوان المستفيد ناقص أو خاطئ
BE05|The initiating party is not recognised|Émetteur non reconnu|الجهة المصدرة غير معروفة
BE06|The end customer is not known|Client final inconnu|الزبون النهائي غير معروف
BE07|The debtor's address is missing or wrong|Adresse du donneur d'ordre absente ou erronée|عنوان الآمر ناقص أو خاطئ
BE08|The bank made an error|Erreur de la banque|خطأ من البنك
BE16|The debtor's identification code is invalid|Code d'identification du donneur d'ordre invalide|رمز تعريف الآمر غير صالح
BE17|The creditor's identification code is invalid|Code d'identification du bénéficiaire invalide|رمز تعريف المستفيد غير صالح
BE22|The creditor's name is missing|Nom du bénéficiaire absent|اسم المستفيد ناقص
CH03|The execution date is too far in the future|Date d'exécution trop lointaine|تاريخ التنفيذ بعيد جدا
CN01|The authorisation is cancelled|Autorisation annulée|ألغي الترخيص
CNOR|The creditor's bank is not registered|Banque du bénéficiaire non enregistrée|بنك المستفيد غير مسجل
CURR|The currency is incorrect|Devise incorrecte|العملة غير صحيحة
CUST|Cancellation requested by the customer|Annulation demandée par le client|إلغاء بطلب من الزبون
DNOR|The debtor's bank is not registered|Banque du donneur d'ordre non enregistrée|بنك الآمر غير مسجل
DS04|The order was rejected by the bank|Ordre rejeté par la banque|رفض البنك الأمر
DT01|The date is invalid|Date invalide|التاريخ غير صالح
DU01|The message identification is a duplicate|Identifiant de message en double|معرف الرسالة مكرر
DU04|The end-to-end identification is a duplicate|Référence de bout en bout en double|المرجع من طرف إلى طرف مكرر
DUPL|The payment is a duplicate|Paiement en double|أداء مكرر
ED05|The settlement failed|Le règlement a échoué|فشلت التسوية
ERIN|The option is not supported|Option non prise en charge|الخيار غير مدعوم
FF01|The file format is invalid|Format de fichier invalide|صيغة الملف غير صالحة
FF10|A technical problem at the bank|Problème technique à la banque|مشكل تقني لدى البنك
FOCR|Returned after a cancellation request|Retour à la suite d'une demande d'annulation|إرجاع بعد طلب إلغاء
FR01|Fraud|Fraude|احتيال
LEGL|A legal decision|Décision judiciaire|قرار قانوني
MD06|Refund requested by the end customer|Remboursement demandé par le client final|طلب استرداد من الزبون النهائي
MD07|The end customer is deceased|Client final décédé|الزبون النهائي متوفى
MS02|No reason given by the customer|Motif non précisé par le client|لم يحدد الزبون السبب
MS03|No reason given by the bank|Motif non précisé par la banque|لم يحدد البنك السبب
NARR|The reason is in the text|Motif indiqué en texte libre|السبب مذكور في النص
NOAS|No answer from the customer|Pas de réponse du client|لا جواب من الزبون
NOCM|The customer does not meet the requirements|Client non conforme aux exigences|الزبون لا يستوفي الشروط
RC01|The bank identifier is incorrect|Identifiant de banque incorrect|معرف البنك غير صحيح
RC03|The debtor's bank identifier is invalid|Identifiant de la banque du donneur d'ordre invalide|معرف بنك الآمر غير صالح
RC04|The creditor's bank identifier is invalid|Identifiant de la banque du bénéficiaire invalide|معرف بنك المستفيد غير صالح
RF01|The transaction reference is not unique|Référence d'opération non unique|مرجع العملية غير فريد
RR01|Regulatory reason: the debtor's account is missing|Motif réglementaire : compte du donneur d'ordre absent|سبب تنظيمي: حساب الآمر ناقص
RR02|Regulatory reason: the debtor's name or address is missing|Motif réglementaire : nom ou adresse du donneur d'ordre absents|سبب تنظيمي: اسم الآمر أو عنوانه ناقص
RR03|Regulatory reason: the creditor's name or address is missing|Motif réglementaire : nom ou adresse du bénéficiaire absents|سبب تنظيمي: اسم المستفيد أو عنوانه ناقص
RR04|Regulatory reason|Motif réglementaire|سبب تنظيمي
RUTA|Returned after an investigation|Retour après enquête|إرجاع بعد بحث
SL01|A service specific to the debtor's bank|Service propre à la banque du donneur d'ordre|خدمة خاصة ببنك الآمر
TECH|A technical problem|Problème technique|مشكل تقني
TM01|Received after the cut-off time|Reçu après l'heure limite|وصل بعد الساعة المحددة
UPAY|The payment is undue|Paiement indu|أداء غير مستحق
`;

const TEXTS: ReadonlyMap<string, Texts> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line): [string, Texts] => {
      const [code, en, fr, ar] = line.split('|') as [string, string, string, string];
      return [code, { fr, ar, en }];
    }),
);

/** Every code that has a text. */
export const reasonCodes: readonly string[] = [...TEXTS.keys()];

/** A code's texts as a view has them, where there are any. */
export function inWords(code: string): { readonly reasonTexts?: Texts } {
  const texts = TEXTS.get(code);
  return texts ? { reasonTexts: texts } : {};
}

/** What a code says; undefined for one that only the bank can explain. */
export const reasonTexts = (code: string): Texts | undefined => TEXTS.get(code);
