/** Names in Latin and Arabic script, common in Morocco; any likeness to a person is chance. */
export const SURNAMES: readonly (readonly [string, string])[] = [
  ['Alaoui', 'العلوي'], ['Amrani', 'العمراني'], ['Bennani', 'بناني'], ['Benjelloun', 'بنجلون'], ['Benaïssa', 'بنعيسى'], ['Berrada', 'برادة'],
  ['Bouazza', 'بوعزة'], ['Boukhriss', 'بوخريص'], ['Chraïbi', 'الشرايبي'], ['Cherkaoui', 'الشرقاوي'], ['Daoudi', 'الداودي'], ['El Fassi', 'الفاسي'],
  ['El Idrissi', 'الإدريسي'], ['El Khattabi', 'الخطابي'], ['El Mansouri', 'المنصوري'], ['El Ouafi', 'الوافي'], ['Ezzahraoui', 'الزهراوي'], ['Filali', 'الفيلالي'],
  ['Guessous', 'كسوس'], ['Haddad', 'حداد'], ['Hajji', 'حجي'], ['Hammoudi', 'حمودي'], ['Jabri', 'الجابري'], ['Kabbaj', 'القباج'],
  ['Lahlou', 'لحلو'], ['Lamrabet', 'لمرابط'], ['Mernissi', 'المرنيسي'], ['Naciri', 'الناصري'], ['Ouazzani', 'الوزاني'], ['Oulhaj', 'أولحاج'],
  ['Rachidi', 'الرشيدي'], ['Raïssouni', 'الريسوني'], ['Saïdi', 'السعيدي'], ['Sbaï', 'السباعي'], ['Skalli', 'السقلي'], ['Tazi', 'التازي'],
  ['Touzani', 'التوزاني'], ['Yacoubi', 'اليعقوبي'], ['Zemmouri', 'الزموري'], ['Ziani', 'الزياني'], ['Aït Ali', 'آيت علي'], ['Aït Lahcen', 'آيت لحسن'],
];

export const FIRST_NAMES: readonly (readonly [string, string])[] = [
  ['Mohamed', 'محمد'], ['Ahmed', 'أحمد'], ['Youssef', 'يوسف'], ['Abdellah', 'عبد الله'], ['Hassan', 'حسن'], ['Hicham', 'هشام'],
  ['Saïd', 'سعيد'], ['Rachid', 'رشيد'], ['Karim', 'كريم'], ['Mustapha', 'مصطفى'], ['Omar', 'عمر'], ['Brahim', 'إبراهيم'],
  ['Lahcen', 'لحسن'], ['Khalid', 'خالد'], ['Driss', 'إدريس'], ['Noureddine', 'نور الدين'], ['Aziz', 'عزيز'], ['Ismaïl', 'إسماعيل'],
  ['Fatima', 'فاطمة'], ['Fatima-Zahra', 'فاطمة الزهراء'], ['Aïcha', 'عائشة'], ['Khadija', 'خديجة'], ['Zineb', 'زينب'], ['Meryem', 'مريم'],
  ['Naïma', 'نعيمة'], ['Latifa', 'لطيفة'], ['Samira', 'سميرة'], ['Hafida', 'حفيظة'], ['Rachida', 'رشيدة'], ['Saâdia', 'السعدية'],
  ['Hanane', 'حنان'], ['Loubna', 'لبنى'], ['Nadia', 'نادية'], ['Malika', 'مليكة'], ['Jamila', 'جميلة'], ['Hayat', 'حياة'],
];

/** ISO 3166-2 regions with their inhabitants in thousands (census of 2024, rounded). */
export const REGIONS: readonly (readonly [code: string, thousands: number])[] = [
  ['MA-01', 4_030], ['MA-02', 2_294], ['MA-03', 4_468], ['MA-04', 5_133], ['MA-05', 2_526], ['MA-06', 7_689],
  ['MA-07', 4_892], ['MA-08', 1_656], ['MA-09', 3_021], ['MA-10', 448], ['MA-11', 451], ['MA-12', 220],
];

/** Bank codes of RIBs, with rough weights: the postal bank has most of the recipients. */
export const BANKS: readonly (readonly [code: string, weight: number])[] = [['350', 50], ['190', 15], ['225', 12], ['007', 10], ['011', 8], ['230', 5]];
