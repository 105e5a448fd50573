// The player takes over what the composer has composed.
document.addEventListener('ostinato-composed', ({ detail }) => {
  document.querySelector('ostinato-player').score = detail.score;
});
