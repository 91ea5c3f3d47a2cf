/**
 * Query parameters that follow a reader around and never choose what a page shows: a data table, read by normalise.ts.
 *
 * Source: the tracking query parameters registry (github.com/mpchadwick/tracking-query-params-registry, Unlicense), each
 * name judged again. A name that is dropped although a page needs it merges two conversations for good; one that is kept
 * only splits a conversation that an alias can join. So names that a page may well use itself are left out: campid,
 * customid, rtid, si and toolid of the registry, and likewise plain words such as id, p, ref, s, source and via.
 * Rows marked + are not in the registry; the platform that sends them documents them.
 */

/** Names in lower case, by the platform that appends them. Letters, digits and _ only: normalise.ts relies on it. */
const NAMES_BY_PLATFORM = {
  adobe: 'ef_id s_kwcid',
  branch: '_branch_match_id',
  bronto: '_bta_c _bta_tid',
  dotdigital: 'dm_i',
  ebay: 'mkcid mkevt mkrid',
  facebook: 'fbclid',
  goDataFeed: 'gdffi gdfms gdftrk',
  google: '_ga _gl dclid gad_source gbraid gclid gclsrc gpromocode gqt srsltid wbraid',
  googleAds: 'gad_campaignid', // +
  hubspotAds: 'hsa_acc hsa_ad hsa_cam hsa_grp hsa_kw hsa_mt hsa_net hsa_src hsa_tgt hsa_ver',
  hubspotMail: '_hsenc _hsmi', // +
  impact: 'irclickid',
  instagram: 'igshid',
  klaviyo: '_ke _kx',
  linkedin: 'li_fat_id', // +
  listrak: 'trk_contact trk_module trk_msg trk_sid',
  mailchimp: 'mc_cid mc_eid',
  marin: 'mkwid pcrid',
  marketo: 'mkt_tok', // +
  matomo: 'mtm_campaign mtm_cid mtm_content mtm_group mtm_keyword mtm_medium mtm_placement mtm_source',
  matomoLong:
    'matomo_campaign matomo_cid matomo_content matomo_group matomo_keyword matomo_medium matomo_placement matomo_source',
  microsoft: 'msclkid',
  nextdoor: 'ndclid',
  pinterest: 'epik',
  piwik: 'piwik_campaign piwik_keyword piwik_kwd pk_campaign pk_keyword pk_kwd',
  snapchat: 'sccid',
  springbot: 'redirect_log_mongo_id redirect_mongo_id sb_referer_host',
  tiktok: 'ttclid',
  tripleWhale: 'tw_adid tw_campaign tw_content tw_source tw_term',
  twitter: 'twclid',
  wunderkind: 'sms_click sms_source sms_uph',
  yahoo: 'vmcid yclid',
};

export const TRACKING_NAMES: ReadonlySet<string> = new Set(
  Object.values(NAMES_BY_PLATFORM).flatMap((names) => names.split(' ')),
);

/** utm_source, utm_medium, …: campaign tools add members of their own, so the whole family goes. */
export const TRACKING_PREFIXES: readonly string[] = ['utm_'];
