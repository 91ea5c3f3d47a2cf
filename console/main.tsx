/** Where the console starts: language, who is signed in, then the frame around the views. */
import { render } from 'preact';
import { Entrance } from './frame/entrance';
import { loadLanguage } from './language';

await loadLanguage();
render(<Entrance />, document.getElementById('console')!);
