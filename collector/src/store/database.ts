/** The database that holds all tables of Sonde; a plain name that needs no quotes. */
export const DATABASE = 'sonde';
