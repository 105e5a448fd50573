import CopyPlugin from 'copy-webpack-plugin';

export default {
  mode: 'production',
  entry: './main.js',
  plugins: [new CopyPlugin({ patterns: ['public'] })], // index.html and models/
};
