// `npm start`: composed in this file once engine, cloud and resources are in place.
export {};
