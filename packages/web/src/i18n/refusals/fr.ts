import type { RefusalStrings } from './strings.ts';

export const REFUSALS_FR: RefusalStrings = {
  'web/unreachable': 'Le serveur ne répond pas.',
  'reading/refused/future': 'Ce relevé est d’un instant à venir.',
  'reading/refused/never': 'L’horloge n’a jamais montré cette heure : était-ce {firstAt} ou {secondAt} ?',
  'reading/refused/index':
    'Attendu ce que montre l’afficheur en kWh, comme 12345,678 ou 12345 ; reçu « {index} ».',
  'reading/refused/known': 'Il y a déjà un relevé de cet instant : retirez-le d’abord.',
  'reading/refused/below':
    '{read} est sous les {beside} du {besideAt} : cochez « le compteur a été remplacé », ou cherchez un chiffre faux.',
  'reading/refused/carried':
    '{read} est sous les {beside} du {besideAt}. Si l’afficheur est reparti de 0, saisissez {carried} ; sinon cochez « le compteur a été remplacé », ou cherchez un chiffre faux.',
  'reading/refused/above':
    '{read} dépasse les {beside} du {besideAt}, qui vient après : cochez « le compteur a été remplacé », ou cherchez un chiffre faux.',
  'reading/refused/fast-since':
    'Des {beside} du {besideAt} à {read}, c’est plus qu’aucun logement ne consomme : cherchez un chiffre faux.',
  'reading/refused/fast-until':
    'De {read} aux {beside} du {besideAt}, c’est plus qu’aucun logement ne consomme : cherchez un chiffre faux.',
  'correction/refused/future': 'Elle finirait dans l’avenir : une correction porte sur ce qui a été mesuré.',
  'correction/refused/short': 'C’est plus court qu’une mesure : élargissez la vue.',
  'correction/refused/same': 'La même correction est déjà en vigueur.',
  'correction/refused/factor': 'Attendu un facteur de 0,1 à 10, autre que 1.',
  'correction/refused/energy': 'Attendu une énergie de 0 à {most} : il ne peut en passer plus en ce temps.',
  'correction/refused/no-shape':
    'Rien n’y a été mesuré, il n’y a donc pas d’allure à garder : mettez-la uniformément.',
  'correction/refused/no-gap': 'Tout y a été mesuré, il n’y a pas de lacune où la mettre.',
  'correction/refused/less':
    '{energy} est moins que les {measured} mesurés : il ne reste rien pour les lacunes.',
};
