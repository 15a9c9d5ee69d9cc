/** Runs the statements that its parent sends, one after the other, until the parent lets go of it. */
import { Session } from 'chdb';

const [folder] = process.argv.slice(2);
const session = new Session(folder);

process.on('message', (sql: string) => {
  try {
    process.send?.({ text: session.query(sql) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
