/** Words of the page on which a moderator decides, in the languages of the letters. `{…}` is filled by decide.ts. */
import type { Language } from '../letters/words';

const en = {
  title: 'What is to become of it?',
  states: { approved: 'Approved', pending: 'Waiting', spam: 'Spam', trash: 'In the trash' },
  done: {
    approve: 'Done: it is approved, and everybody can read it.',
    spam: 'Done: it is marked as spam, and nobody can read it.',
    trash: 'Done: it is in the trash, and nobody can read it.',
  },
  decided: '{name} has decided about it: {state}. {date}',
  meanwhile: 'Nothing was done: something else has happened to it since you opened this page. This is how it is now.',
  unsaid: 'Nothing was done yet. Choose one of these.',
  undo: 'Decisions can be taken back in the console.',
  gone: 'This comment is gone',
  goneMeans: 'It was deleted for good. There is nothing left to decide.',
  old: 'This link is too old',
  oldMeans: 'Links in mails to moderators work for a week. The console always does.',
  ended: 'This link has ended',
  endedMeans: 'The address it was mailed to does not moderate this site any more, or has stopped these mails.',
  broken: 'This link does not work',
  brokenMeans: 'It is not complete. Open it from the mail once more, or copy all of it.',
};
type PageTexts = typeof en;

const de: PageTexts = {
  title: 'Was soll daraus werden?',
  states: { approved: 'Freigegeben', pending: 'Wartet', spam: 'Spam', trash: 'Im Papierkorb' },
  done: {
    approve: 'Erledigt: Er ist freigegeben, und alle können ihn lesen.',
    spam: 'Erledigt: Er gilt als Spam, und niemand kann ihn lesen.',
    trash: 'Erledigt: Er liegt im Papierkorb, und niemand kann ihn lesen.',
  },
  decided: '{name} hat darüber entschieden: {state}. {date}',
  meanwhile:
    'Es ist nichts geschehen: Seit du diese Seite geöffnet hast, hat sich an dem Kommentar etwas geändert. So ist es jetzt.',
  unsaid: 'Noch ist nichts geschehen. Wähle eines davon.',
  undo: 'In der Konsole lassen sich Entscheidungen zurücknehmen.',
  gone: 'Diesen Kommentar gibt es nicht mehr',
  goneMeans: 'Er wurde endgültig gelöscht. Es gibt nichts mehr zu entscheiden.',
  old: 'Dieser Link ist zu alt',
  oldMeans: 'Links in Mails an Moderatoren gelten eine Woche. Die Konsole geht immer.',
  ended: 'Dieser Link gilt nicht mehr',
  endedMeans: 'Die Adresse, an die er ging, moderiert diese Website nicht mehr oder hat diese Mails beendet.',
  broken: 'Dieser Link funktioniert nicht',
  brokenMeans: 'Er ist unvollständig. Öffne ihn noch einmal aus der Mail, oder kopiere ihn ganz.',
};

const fr: PageTexts = {
  title: 'Que faut-il en faire ?',
  states: { approved: 'Approuvé', pending: 'En attente', spam: 'Spam', trash: 'Dans la corbeille' },
  done: {
    approve: 'C’est fait : il est approuvé et tout le monde peut le lire.',
    spam: 'C’est fait : il est marqué comme spam et personne ne peut le lire.',
    trash: 'C’est fait : il est dans la corbeille et personne ne peut le lire.',
  },
  decided: '{name} a déjà décidé : {state}. {date}',
  meanwhile:
    'Rien n’a été fait : ce commentaire a changé depuis que vous avez ouvert cette page. Voici où il en est maintenant.',
  unsaid: 'Rien n’a encore été fait. Choisissez ci-dessous.',
  undo: 'Les décisions peuvent être annulées dans la console.',
  gone: 'Ce commentaire n’existe plus',
  goneMeans: 'Il a été supprimé définitivement. Il n’y a plus rien à décider.',
  old: 'Ce lien est trop ancien',
  oldMeans: 'Les liens des courriels aux modérateurs fonctionnent une semaine. La console, toujours.',
  ended: 'Ce lien n’est plus valable',
  endedMeans: 'L’adresse à laquelle il a été envoyé ne modère plus ce site ou a arrêté ces courriels.',
  broken: 'Ce lien ne fonctionne pas',
  brokenMeans: 'Il est incomplet. Ouvrez-le à nouveau depuis le courriel ou copiez-le en entier.',
};

const es: PageTexts = {
  title: '¿Qué hacemos con él?',
  states: { approved: 'Aprobado', pending: 'En espera', spam: 'Spam', trash: 'En la papelera' },
  done: {
    approve: 'Hecho: está aprobado y todo el mundo puede leerlo.',
    spam: 'Hecho: está marcado como spam y nadie puede leerlo.',
    trash: 'Hecho: está en la papelera y nadie puede leerlo.',
  },
  decided: '{name} ya ha decidido: {state}. {date}',
  meanwhile: 'No se ha hecho nada: este comentario ha cambiado desde que abriste esta página. Así está ahora.',
  unsaid: 'Todavía no se ha hecho nada. Elige una opción.',
  undo: 'Las decisiones se pueden deshacer en la consola.',
  gone: 'Este comentario ya no existe',
  goneMeans: 'Se eliminó para siempre. No queda nada que decidir.',
  old: 'Este enlace es demasiado antiguo',
  oldMeans: 'Los enlaces de los correos a moderadores funcionan una semana. La consola, siempre.',
  ended: 'Este enlace ya no es válido',
  endedMeans: 'La dirección a la que se envió ya no modera este sitio o ha detenido estos correos.',
  broken: 'Este enlace no funciona',
  brokenMeans: 'Está incompleto. Ábrelo otra vez desde el correo o cópialo entero.',
};

const ja: PageTexts = {
  title: 'このコメントをどうしますか？',
  states: { approved: '承認済み', pending: '承認待ち', spam: 'スパム', trash: 'ゴミ箱' },
  done: {
    approve: '承認しました。誰でも読めます。',
    spam: 'スパムにしました。誰にも表示されません。',
    trash: 'ゴミ箱に移しました。誰にも表示されません。',
  },
  decided: '{name} がすでに判断しました：{state}（{date}）',
  meanwhile:
    '何も行われていません。このページを開いたあとに、コメントの状態が変わりました。現在の状態は次のとおりです。',
  unsaid: 'まだ何も行われていません。いずれかを選んでください。',
  undo: '判断はコンソールで取り消せます。',
  gone: 'このコメントはもうありません',
  goneMeans: '完全に削除されました。判断することはありません。',
  old: 'このリンクは古すぎます',
  oldMeans: 'モデレーター宛てメールのリンクは一週間有効です。コンソールはいつでも使えます。',
  ended: 'このリンクは無効になりました',
  endedMeans: '送信先のアドレスは、このサイトのモデレーターではなくなったか、メールの受信を停止しました。',
  broken: 'このリンクは使えません',
  brokenMeans: 'リンクが途中で切れています。メールからもう一度開くか、全体をコピーしてください。',
};

const ar: PageTexts = {
  title: 'ماذا نفعل بهذا التعليق؟',
  states: { approved: 'منشور', pending: 'في الانتظار', spam: 'بريد مزعج', trash: 'في سلة المهملات' },
  done: {
    approve: 'تم: التعليق منشور ويمكن للجميع قراءته.',
    spam: 'تم: وُضعت على التعليق علامة بريد مزعج ولن يقرأه أحد.',
    trash: 'تم: التعليق في سلة المهملات ولن يقرأه أحد.',
  },
  decided: 'اتخذ {name} قرارًا بشأنه: {state}. {date}',
  meanwhile: 'لم يحدث شيء: تغيّر هذا التعليق منذ أن فتحت هذه الصفحة. هذه حاله الآن.',
  unsaid: 'لم يحدث شيء بعد. اختر واحدًا مما يلي.',
  undo: 'يمكن التراجع عن القرارات في لوحة الإشراف.',
  gone: 'لم يعد هذا التعليق موجودًا',
  goneMeans: 'حُذف نهائيًا، ولم يبقَ ما يُقرَّر.',
  old: 'هذا الرابط قديم جدًا',
  oldMeans: 'تعمل روابط الرسائل الموجهة إلى المشرفين أسبوعًا واحدًا. أما لوحة الإشراف فتعمل دائمًا.',
  ended: 'انتهت صلاحية هذا الرابط',
  endedMeans: 'العنوان الذي أُرسل إليه لم يعد يشرف على هذا الموقع، أو أوقف هذه الرسائل.',
  broken: 'هذا الرابط لا يعمل',
  brokenMeans: 'الرابط غير كامل. افتحه من الرسالة مرة أخرى، أو انسخه كله.',
};

export const PAGE_TEXTS: Record<Language, PageTexts> = { en, de, fr, es, ja, ar };
