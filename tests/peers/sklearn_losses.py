"""scikit-learn's losses: those of its boosters and linear models, of SGD, and its metrics."""

import numpy as np
from plain import sign
from sklearn import _loss, metrics
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.linear_model._huber import _huber_loss_and_gradient
from views import PLACES


def vector(x):
    return np.array([x], float)


def loss(of, **renamed):
    """What the estimators minimise; constants that they leave out are put back."""

    def value(y, f, **shape):
        model = of(**{renamed[name]: number for name, number in shape.items()})
        return float(model.loss(vector(y), vector(f), n_threads=1)[0])

    return value


def multinomial(y, f):
    return float(_loss.HalfMultinomialLoss(n_classes=len(f)).loss(vector(y), f[None])[0])


def sgd(name, estimator=SGDRegressor, see=float):
    """The loss that an estimator takes by this name; its number, if any, is the last argument."""
    of, *default = estimator.loss_functions[name]

    def value(y, f, **shape):
        model = of(*(shape.values() or default))
        if hasattr(model, "py_loss"):
            return model.py_loss(see(y), f)
        model.loss(vector(see(y)), vector(f), None, out := np.zeros(1), 1)
        return float(out[0])

    return value


def metric(of):
    """A metric of two equal examples: several refuse a single one."""
    return lambda y, f, **shape: float(of([y, y], [f, f], **shape))


def huber_regressor(y, f, epsilon):
    mean, deviation = f
    one = np.ones((1, 1))
    args = np.array([mean, deviation]), one, vector(y), epsilon, 0.0, np.ones(1)
    return float(_huber_loss_and_gradient(*args)[0])


def process(y, f):
    kernel = RBF(f, "fixed") + WhiteKernel(0.1, "fixed")
    model = GaussianProcessRegressor(kernel, alpha=0, optimizer=None)
    model.fit(np.reshape(PLACES, (-1, 1)), y)
    return -float(model.log_marginal_likelihood(model.kernel_.theta))


SHIPPED = {
    "sk.HalfSquaredError": loss(_loss.HalfSquaredError),
    "sk.AbsoluteError": loss(_loss.AbsoluteError),
    "sk.HuberLoss": loss(_loss.HuberLoss, delta="delta"),
    "sk.PinballLoss": loss(_loss.PinballLoss, tau="quantile"),
    "sk.HalfBinomialLoss": loss(_loss.HalfBinomialLoss),
    "sk.HalfMultinomialLoss": multinomial,
    "sk.ExponentialLoss": loss(_loss.loss.ExponentialLoss),
    "sk.HalfPoissonLoss": loss(_loss.HalfPoissonLoss),
    "sk.HalfGammaLoss": loss(_loss.HalfGammaLoss),
    "sk.HalfTweedieLoss": loss(_loss.HalfTweedieLoss, p="power"),
    "sk.HalfTweedieLossIdentity":
        lambda y, f, p: loss(_loss.HalfTweedieLossIdentity, p="power")(y, np.exp(f), p=p),
    "sgd.squared_error": sgd("squared_error"),
    "sgd.huber": sgd("huber"),
    "sgd.epsilon_insensitive": sgd("epsilon_insensitive"),
    "sgd.squared_epsilon_insensitive": sgd("squared_epsilon_insensitive"),
    "sgd.log_loss": sgd("log_loss", SGDClassifier),
    "sgd.hinge": sgd("hinge", SGDClassifier, sign),
    "sgd.squared_hinge": sgd("squared_hinge", SGDClassifier, sign),
    "sgd.modified_huber": sgd("modified_huber", SGDClassifier, sign),
    "sgd.perceptron": sgd("perceptron", SGDClassifier, sign),
    "sklearn.HuberRegressor": huber_regressor,
    "sklearn.log_loss": metric(lambda y, f: metrics.log_loss(y, f, labels=[0, 1])),
    "sklearn.brier_score_loss": metric(lambda y, f: metrics.brier_score_loss(y, f, labels=[0, 1])),
    "sklearn.zero_one_loss": metric(metrics.zero_one_loss),
    "sklearn.mean_poisson_deviance": metric(metrics.mean_poisson_deviance),
    "sklearn.tweedie3": metric(lambda y, f: metrics.mean_tweedie_deviance(y, f, power=3)),
    "sklearn.GaussianProcessRegressor": process,
}
SLOPES = {}
LEFT_OUT = {}
