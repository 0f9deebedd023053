import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style/theme.css';
import './style/page.css';
import './style/curve.css';
import './style/cards.css';
import './style/states.css';
import './style/care.css';
import './style/enedis.css';
import './style/narrow.css';
import { Session } from './state/session.ts';
import { App } from './view/app.tsx';

const root = document.getElementById('root');
if (root !== null) {
  const session = new Session();
  render(<App session={session} />, root);
  void session.start();
}
