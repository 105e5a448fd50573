import { Composer } from './composer.jsx';

export default function Page() {
  return <Composer />;
}
