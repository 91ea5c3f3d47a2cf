/** German. */
import type { FormsMessages } from '../../forms/texts';

export const forms: FormsMessages = {
  instance: 'Dein Server',
  logInHere: 'Anmelden',
  address: 'Deine E-Mail-Adresse',
  sendCode: 'Code schicken',
  codeSent: 'Sechs Ziffern sind unterwegs an {it}. Sie gelten zehn Minuten lang, in diesem Browser.',
  code: 'Code aus der E-Mail',
  again: 'Noch einen Code schicken',
  otherAddress: 'Andere Adresse',
  wrong: 'Das ist nicht der Code. Bitte sieh noch einmal nach.',
  over: 'Dieser Code gilt nicht mehr. Lass dir einen neuen schicken.',
  enough: {
    one: 'Das sind genug E-Mails für jetzt. In {n} Minute geht es weiter.',
    other: 'Das sind genug E-Mails für jetzt. In {n} Minuten geht es weiter.',
  },
  followPage: 'Schick mir per E-Mail, was auf dieser Seite neu ist',
  followReplies: 'Schick mir Antworten an {it} per E-Mail',
  instant: 'Sofort',
  hourly: 'Stündlich',
  daily: 'Täglich',
  follow: 'Folgen',
  confirm:
    'Fast fertig: Bestätige es bitte in der E-Mail, die unterwegs zu dir ist, falls du das nicht schon getan hast.',
  followed: 'Du bekommst E-Mails.',
  notFollowed: 'Das Folgen hat diesmal nicht geklappt. Im Menü des Kommentars kannst du es noch einmal versuchen.',
  reportAsk: 'Was stimmt damit nicht?',
  reportNote: 'Möchtest du etwas hinzufügen?',
  reported: 'Danke. Die Moderation sieht es sich an.',
  spam: 'Werbung',
  abuse: 'Beleidigung oder Hass',
  off_topic: 'Gehört nicht zum Thema',
  other: 'Etwas anderes',
  send: 'Absenden',
  optional: 'freiwillig',
};
